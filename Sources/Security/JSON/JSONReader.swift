/// Reads one JSON text strictly (RFC 8259): no comments, no trailing commas, no second member of the same
/// name.
///
/// Any thread. Made for files that people write, so it says where it stopped and why, and remembers the
/// line of each member; and for what strangers send. Any bytes are safe to give: their number and the depth
/// are bounded.
package struct JSONReader {
    /// Why a text is no JSON for us, and where. Lines count from 1.
    package struct Failure: Error, Hashable, Sendable {
        package let line: Int
        package let reason: String
    }

    /// The value, with the line on which each member stands, by the member's path (`listen.port`).
    package struct Document: Hashable, Sendable {
        package let value: JSONValue
        package let lines: [String: Int]
    }

    package static let maxBytes = 64 * 1_024
    package static let maxDepth = 16

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var path: [String] = []
    private var lines: [String: Int] = [:]

    /// - Parameter limit: in bytes; a longer text is not looked at.
    package static func read(_ bytes: [UInt8], limit: Int = maxBytes) throws(Failure) -> Document {
        var reader = JSONReader(bytes: bytes)
        return try reader.document(limit)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func document(_ limit: Int) throws(Failure) -> Document {
        guard bytes.count <= limit else { throw failure("it is longer than \(limit) bytes") }
        guard !bytes.starts(with: [0xef, 0xbb, 0xbf]) else {
            throw failure("it begins with a byte order mark; save it as plain UTF-8")
        }
        skipBlanks()
        guard position < bytes.count else { throw failure("it is empty; the least there may be is {}") }
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw failure("something follows the closing bracket") }
        return Document(value: value, lines: lines)
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.maxDepth else { throw failure("it is nested deeper than \(Self.maxDepth) levels") }
        guard let first = peek else { throw failure("it ends where a value should be") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "'"): throw failure("text stands between double quotes")
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw failure(expected("a name between double quotes")) }
            let name = try text()
            guard names.insert(name).inserted else {
                throw failure(
                    "\((path + [name]).joined(separator: ".")) stands here a second time; keep one of the two"
                )
            }
            path.append(name)
            lines[path.joined(separator: ".")] = line
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw failure(expected("a colon after \"\(name)\"")) }
            skipBlanks()
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            path.removeLast()
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure(expected("a comma or }")) }
        }
    }

    private mutating func list(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .list(values) }
        while true {
            skipBlanks()
            values.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .list(values) }
            guard take(UInt8(ascii: ",")) else { throw failure(expected("a comma or ]")) }
        }
    }

    private mutating func word() throws(Failure) -> JSONValue {
        let start = position
        while let byte = peek, isLetter(byte) { position += 1 }
        switch String(decoding: bytes[start..<position], as: UTF8.self) {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case "null": return .null
        default:
            position = start
            throw failure(expected("a value"))
        }
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }
}

// MARK: - Numbers

extension JSONReader {
    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let firstDigit = peek
        let whole = takeDigits()
        guard whole > 0, whole == 1 || firstDigit != UInt8(ascii: "0") else {
            throw failure("a number has digits and no leading zero")
        }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard takeDigits() > 0 else { throw failure("digits follow a number's point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard takeDigits() > 0 else { throw failure("digits follow a number's exponent") }
        }
        let written = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(written) { return .integer(value) }
        return .number(written)
    }

    private mutating func takeDigits() -> Int {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }
}

// MARK: - Text

extension JSONReader {
    private mutating func text() throws(Failure) -> String {
        position += 1
        var content: [UInt8] = []
        while true {
            guard let byte = peek else { throw failure("it ends within a text; a double quote is missing") }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw failure("a text is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                content.append(contentsOf: Array(String(try escaped()).utf8))
            case 0..<0x20:
                throw failure("a text goes over the end of its line, or has a control character; escape it")
            default:
                content.append(byte)
                position += 1
            }
        }
    }

    private mutating func escaped() throws(Failure) -> Unicode.Scalar {
        guard let byte = peek else { throw failure("it ends within a text") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar(of: try hexadecimal())
        default: throw failure("an unknown escape after a backslash")
        }
    }

    /// A character outside the basic plane is written as two units (RFC 8259, section 7).
    private mutating func scalar(of unit: UInt32) throws(Failure) -> Unicode.Scalar {
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xd800..<0xdc00).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw failure("half of a character: \\u escapes beyond U+FFFF come in pairs")
        }
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { throw failure("half of a character: \\u escapes beyond U+FFFF come in pairs") }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits follow \\u")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

// MARK: - Steps

extension JSONReader {
    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            position += 1
        }
    }

    private func expected(_ what: String) -> String {
        guard let byte = peek else { return "it ends where \(what) should be" }
        if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "#") {
            return "JSON has no comments; write a text named \"$comment\" instead"
        }
        let isPrintable = (0x21..<0x7f).contains(byte)
        let found = isPrintable ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte \(byte)"
        return "\(what) should stand where \(found) is"
    }

    private func failure(_ reason: String) -> Failure { Failure(line: line, reason: reason) }
}
