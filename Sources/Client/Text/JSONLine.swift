/// One JSON object on one line, written member by member (RFC 8259).
///
/// Text is written exactly: only what JSON requires is escaped, everything else stands as its UTF-8 bytes.
package struct JSONLine: Sendable {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    package init() {}

    package mutating func member(_ name: String, _ value: String) {
        begin(name)
        Self.append(Array(value.utf8), to: &bytes)
    }

    /// `value` must be UTF-8.
    package mutating func member(_ name: String, utf8 value: [UInt8]) {
        begin(name)
        Self.append(value, to: &bytes)
    }

    package mutating func member(_ name: String, _ value: UInt64) {
        begin(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        begin(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    package mutating func member(_ name: String, _ values: [String]) {
        begin(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            Self.append(Array(value.utf8), to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    package mutating func null(_ name: String) {
        begin(name)
        bytes.append(contentsOf: "null".utf8)
    }

    /// The line, with its end.
    package var line: [UInt8] { bytes + [UInt8(ascii: "}"), UInt8(ascii: "\n")] }

    private mutating func begin(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        Self.append(Array(name.utf8), to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// RFC 8259, section 7: the quotation mark, the backslash and the control characters.
    private static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0a: bytes += Array("\\n".utf8)
            case 0x0d: bytes += Array("\\r".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
