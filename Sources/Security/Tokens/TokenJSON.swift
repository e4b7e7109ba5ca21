import Foundation

/// JSON of tokens and keys, of which each reader has to make the same.
///
/// Refused are two members of one name in an object: readers differ in which of the two they believe, and the
/// standards let us refuse (RFC 7515, section 4; RFC 7519, section 4). Also anything but an object in UTF-8,
/// and objects deeper than tokens are. Pure; any thread.
package enum TokenJSON {
    private static let mostDepth = 16

    /// - Throws: `fault` for what is refused, or is no `Value`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from json: [UInt8], or fault: TokenFault
    ) throws(TokenFault) -> Value {
        guard isUnambiguous(json), let value = try? JSONDecoder().decode(Value.self, from: Data(json)) else {
            throw fault
        }
        return value
    }

    /// Looks at strings and brackets alone: whether all else is JSON the decoder finds.
    static func isUnambiguous(_ json: [UInt8]) -> Bool {
        var rest = json[...]
        // The members' names of each object that is open, the outermost first; `nil` for an array.
        var open: [Set<[UInt8]>?] = []
        var isName = false
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                isName = byte == UInt8(ascii: "{")
                open.append(isName ? [] : nil)
                if open.count > mostDepth { return false }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() != nil else { return false }
                isName = false
            case UInt8(ascii: ","):
                isName = open.last.map { $0 != nil } ?? false
            case UInt8(ascii: "\""):
                guard let text = string(from: &rest) else { return false }
                if isName, open[open.count - 1]?.insert(text).inserted == false { return false }
                isName = false
            // In UTF-16 every second byte would be one of these, and the strings would not be found.
            case 0x00...0x08, 0x0b, 0x0c, 0x0e...0x1f: return false
            default: if open.isEmpty, byte > 0x20 { return false }
            }
        }
        return open.isEmpty
    }

    /// The string whose first quote has been read, without its escapes; `nil` when it has no end or is none.
    private static func string(from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var hasEscapes = false
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return hasEscapes ? unescaped(bytes) : bytes }
            bytes.append(byte)
            guard byte == UInt8(ascii: "\\") else { continue }
            hasEscapes = true
            guard let escaped = rest.popFirst() else { return nil }
            bytes.append(escaped)
        }
        return nil
    }

    private static func unescaped(_ bytes: [UInt8]) -> [UInt8]? {
        let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        return (try? JSONDecoder().decode(String.self, from: Data(quoted))).map { Array($0.utf8) }
    }
}
