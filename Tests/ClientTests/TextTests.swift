import Chat
import Client
import Testing

@Suite("Lines for programs")
struct TextTests {
    private func line(_ text: String) -> String {
        var line = JSONLine()
        line.member("body", text)
        return String(decoding: line.line, as: UTF8.self)
    }

    @Test func `members stand in order on one line`() {
        var line = JSONLine()
        line.member("room", "hall")
        line.member("seq", UInt64.max)
        line.member("is", true)
        line.null("body")
        #expect(
            String(decoding: line.line, as: UTF8.self)
                == #"{"room":"hall","seq":18446744073709551615,"is":true,"body":null}"# + "\n")
        #expect(String(decoding: JSONLine().line, as: UTF8.self) == "{}\n")
    }

    @Test func `only what JSON requires is escaped`() {
        #expect(line("a\"b\\c/d") == #"{"body":"a\"b\\c/d"}"# + "\n")
        #expect(line("\n\r\t\u{0}\u{1f}\u{7f}") == "{\"body\":\"\\n\\r\\t\\u0000\\u001f\u{7f}\"}\n")
        #expect(
            line("שלום 你好 👩‍👩‍👧 e\u{301} \u{2028}\u{feff}")
                == "{\"body\":\"שלום 你好 👩‍👩‍👧 e\u{301} \u{2028}\u{feff}\"}\n")
    }

    @Test func `every byte below the first letter is written so that a reader gets it back`() {
        for byte in UInt8(0)..<0x80 {
            let text = String(UnicodeScalar(byte))
            let written = line(text).dropFirst(9).dropLast(3)
            let wanted: String =
                switch byte {
                case 0x22: "\\\""
                case 0x5c: "\\\\"
                case 0x0a: "\\n"
                case 0x0d: "\\r"
                case 0x09: "\\t"
                case 0..<0x10: "\\u000" + String(byte, radix: 16)
                case 0x10..<0x20: "\\u00" + String(byte, radix: 16)
                default: text
                }
            #expect(Array(written.utf8) == Array(wanted.utf8))
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_795_381_536_123, "2026-11-22T21:05:36.123Z"), (4_107_542_399_007, "2100-02-28T23:59:59.007Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    ])
    func `times are RFC 3339 in UTC`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).text == text)
    }

    @Test func `every day of 800 years follows the one before`() {
        var days: [Int64: Int64] = [:]
        var last = ""
        for day in Int64(-146_097)..<146_097 {
            let text = String(Timestamp(milliseconds: day * 86_400_000).text.prefix(10))
            if !(text > last) { Issue.record("\(text) after \(last)") }
            last = text
            let year = Int64(text.prefix(4)) ?? 0
            days[year, default: 0] += 1
        }
        for (year, count) in days where year > 1_570 && year < 2_369 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            #expect(count == (isLeap ? 366 : 365))
        }
    }

    @Test func `lines are split at line feeds and at no other end, however the bytes arrive`() {
        let text = Array("one\n\ntwo\r\n\u{85}\u{2028}three\nrest".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter(limit: 100)
            var lines: [LineSplitter.Line] = []
            for first in stride(from: 0, to: text.count, by: size) {
                lines += splitter.split(Array(text[first..<min(first + size, text.count)]).span)
            }
            if let rest = splitter.finish() { lines.append(rest) }
            let wanted = ["one", "", "two", "\u{85}\u{2028}three", "rest"]
            #expect(lines == wanted.map { .whole(Array($0.utf8)) })
            #expect(splitter.finish() == nil)
        }
    }

    @Test func `a line over the limit is passed over, and those around it are not`() {
        let text = Array("1234\r\n12345\n\n123456\n12345\r\n1234".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter(limit: 4)
            var lines: [LineSplitter.Line] = []
            for first in stride(from: 0, to: text.count, by: size) {
                lines += splitter.split(Array(text[first..<min(first + size, text.count)]).span)
            }
            let four = LineSplitter.Line.whole(Array("1234".utf8))
            #expect(lines == [four, .tooLong, .whole([]), .tooLong, .tooLong])
            #expect(splitter.finish() == four)
        }
        var splitter = LineSplitter(limit: 4)
        #expect(splitter.split(Array("12345".utf8).span).isEmpty)
        #expect(splitter.finish() == .tooLong)
        #expect(splitter.finish() == nil)
    }
}
