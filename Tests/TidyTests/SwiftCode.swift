/// Swift text cut into words and marks, so that rules see neither comments nor the insides of strings.
///
/// Not a compiler's lexer: it knows comments (nested too), strings of every kind and the code interpolated in
/// them, and takes the rest as words and single marks. It does not know regex literals between slashes.
struct SwiftCode: Sendable {
    struct Token: Sendable, Equatable {
        let text: String
        /// From 1.
        let line: Int
        /// It is the first token of its line.
        let opensLine: Bool
        /// Nothing stands between it and the token before: `try!`, not `try !`.
        let touches: Bool
    }

    private(set) var tokens: [Token] = []
    /// The text of each comment, by the line it stands on; a block comment counts for all its lines.
    private(set) var comments: [Int: String] = [:]

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private var lastTokenLine = 0
    private var lastTokenEnd = -1

    init(_ text: String) {
        bytes = Array(text.utf8)
        readCode(untilParenthesis: false)
    }

    private func at(_ offset: Int) -> UInt8 {
        place + offset < bytes.count ? bytes[place + offset] : 0
    }

    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                place += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                place += 1
            case UInt8(ascii: "/") where at(1) == UInt8(ascii: "/"):
                readLineComment()
            case UInt8(ascii: "/") where at(1) == UInt8(ascii: "*"):
                readBlockComment()
            case UInt8(ascii: "\""):
                readString(hashes: 0)
            case UInt8(ascii: "#") where opensRawString:
                readRawString()
            case _ where Self.isWord(byte):
                let start = place
                while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
                add(String(decoding: bytes[start..<place], as: UTF8.self), from: start)
            default:
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                place += 1
                if untilParenthesis, depth < 0 { return }
                add(String(UnicodeScalar(byte)), from: place - 1)
            }
        }
    }

    private mutating func add(_ text: String, from start: Int) {
        tokens.append(
            Token(text: text, line: line, opensLine: line != lastTokenLine, touches: start == lastTokenEnd))
        lastTokenLine = line
        lastTokenEnd = start + text.utf8.count
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}

extension SwiftCode {
    private mutating func readLineComment() {
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
        comments[line, default: ""] += String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func readBlockComment() {
        var depth = 0
        var start = place
        repeat {
            if at(0) == UInt8(ascii: "/"), at(1) == UInt8(ascii: "*") {
                depth += 1
                place += 2
            } else if at(0) == UInt8(ascii: "*"), at(1) == UInt8(ascii: "/") {
                depth -= 1
                place += 2
            } else {
                if bytes[place] == UInt8(ascii: "\n") {
                    comments[line, default: ""] += String(decoding: bytes[start..<place], as: UTF8.self)
                    line += 1
                    start = place + 1
                }
                place += 1
            }
        } while depth > 0 && place < bytes.count
        comments[line, default: ""] += String(decoding: bytes[start..<min(place, bytes.count)], as: UTF8.self)
    }

    private var opensRawString: Bool {
        var offset = 0
        while at(offset) == UInt8(ascii: "#") { offset += 1 }
        return at(offset) == UInt8(ascii: "\"")
    }

    private mutating func readRawString() {
        var hashes = 0
        while at(0) == UInt8(ascii: "#") {
            hashes += 1
            place += 1
        }
        readString(hashes: hashes)
    }

    private func hashes(_ count: Int, follow offset: Int) -> Bool {
        (0..<count).allSatisfy { at(offset + $0) == UInt8(ascii: "#") }
    }

    /// Reads from the first quote to the last; the string itself becomes the token `""`.
    private mutating func readString(hashes count: Int) {
        let quote = UInt8(ascii: "\"")
        add("\"\"", from: place)
        let quotes = at(1) == quote && at(2) == quote ? 3 : 1
        place += quotes
        while place < bytes.count {
            if (0..<quotes).allSatisfy({ at($0) == quote }), hashes(count, follow: quotes) {
                place += quotes + count
                return
            }
            if at(0) == UInt8(ascii: "\\"), hashes(count, follow: 1) {
                place += 1 + count
                let interpolates = at(0) == UInt8(ascii: "(")
                if at(0) == UInt8(ascii: "\n") { line += 1 }
                place += 1
                if interpolates { readCode(untilParenthesis: true) }
                continue
            }
            if at(0) == UInt8(ascii: "\n") {
                if quotes == 1 { return }
                line += 1
            }
            place += 1
        }
    }
}
