import Security
import Testing

@testable import Server

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)).value }

    private func failure(_ bytes: [UInt8]) -> JSONReader.Failure? {
        do {
            _ = try JSONReader.read(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func readsEveryKindOfValue() throws {
        #expect(try read("null") == .null)
        #expect(try read(" true ") == .flag(true))
        #expect(try read("-12") == .integer(-12))
        #expect(try read("0") == .integer(0))
        #expect(try read("1.50e+3") == .number("1.50e+3"))
        #expect(try read("9223372036854775808") == .number("9223372036854775808"))
        #expect(try read("[1, [], {}]") == .list([.integer(1), .list([]), .object([])]))
        #expect(
            try read(#"{"b": 1, "a": {"c": 2}}"#)
                == .object([.init("b", .integer(1)), .init("a", .object([.init("c", .integer(2))]))]))
    }

    @Test func readsEscapesAndCharactersBeyondTheBasicPlane() throws {
        let text = #""\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00ö😀""#
        #expect(try read(text) == .text("\"\\/\u{8}\u{c}\n\r\tä😀ö😀"))
    }

    @Test func remembersTheLineOfEachMember() throws {
        let document = try JSONReader.read(Array("{\n\"listen\": {\n\n\"port\": 1 } }".utf8))
        #expect(document.lines == ["listen": 2, "listen.port": 4])
    }

    @Test(
        "Says the line and the reason",
        arguments: [
            ("", 1, "empty"), ("{\n  // a comment\n}", 2, "comments"),
            ("{\"a\": # x\n1}", 1, "comments"),
            ("{\"a\": 1,}", 1, "a name"), ("[1\n2]", 2, "a comma"), ("{\"a\" 1}", 1, "a colon"),
            ("{\"a\": }", 1, "a value"),
            ("{\"a\": 1} x", 1, "follows"), ("{\"a\": 1, \n\"a\": 2}", 2, "second time"),
            ("{\"a\": 'x'}", 1, "double quotes"),
            ("\"a\nb\"", 1, "end of its line"), ("01", 1, "leading zero"), ("1.", 1, "point"),
            ("1e", 1, "exponent"),
            ("-", 1, "digits"), ("\"\\x\"", 1, "escape"), ("\"\\u12g4\"", 1, "hexadecimal"),
            ("\"\\ud800\"", 1, "half"),
            ("\"\\ud800\\u0041\"", 1, "half"), ("\"\\udc00\"", 1, "half"),
            ("\"abc", 1, "double quote is missing"),
            ("tru", 1, "a value"), ("{", 1, "ends"), ("[1,", 1, "ends"), ("\u{feff}{}", 1, "byte order mark"),
        ])
    func refuses(text: String, line: Int, reason: String) throws {
        let failure = try #require(self.failure(Array(text.utf8)))
        #expect(failure.line == line)
        #expect(failure.reason.contains(reason), "\(failure.reason)")
    }

    @Test func refusesBytesThatAreNoUTF8() {
        #expect(failure([0x22, 0xff, 0x22])?.reason.contains("UTF-8") == true)
        #expect(failure([0xff])?.reason.contains("byte 255") == true)
    }

    @Test func depthAndSizeAreBounded() {
        let deepest = JSONReader.maxDepth
        #expect(
            failure(
                Array((String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)).utf8))
                == nil)
        #expect(
            failure(Array(String(repeating: "[", count: 60_000).utf8))?.reason.contains("nested deeper")
                == true)
        #expect(
            failure([UInt8](repeating: 0x20, count: JSONReader.maxBytes + 1))?.reason.contains("longer")
                == true)
    }

    @Test(
        "What is written reads back, in one line and indented",
        arguments: [
            JSONValue.object([
                .init("a \"quoted\" name\\", .list([.integer(1), .number("1.5"), .flag(false), .null])),
                .init("empty", .object([])), .init("none", .list([])),
                .init("text", .text("tab\t newline\n nul\u{0} del\u{7f} next\u{85} äß😀")),
            ])
        ])
    func roundTrip(value: JSONValue) throws {
        #expect(try read(value.encoded()) == value)
        #expect(try read(value.encoded(indented: true)) == value)
        #expect(!value.encoded().contains("\n"))
    }

    /// Whatever the bytes: an answer, never a trap. Mutations of a good file reach deeper than noise does.
    @Test func anyBytesGetAnAnswer() {
        let good = Array(#"{"listen": {"port": 8443, "pin": true}, "x": [1.5e3, "\u00e4\ud83d\ude00"]}"#.utf8)
        var random = SplitMix(seed: 7)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int(random.next() % 4 + 1) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            if failure(bytes) != nil { refused += 1 }
            _ = ConfigurationReader.read(file: .init(name: "f", bytes: bytes))
        }
        #expect(refused > 1_000)
    }
}

struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
