import Foundation

/// The public half of the key that signs checkpoints, as a file (RFC 8410, PEM).
package enum AuditPublicKey {
    /// SubjectPublicKeyInfo of every Ed25519 key up to its 32 bytes.
    private static let prefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
    private static let begin = "-----BEGIN PUBLIC KEY-----"
    private static let end = "-----END PUBLIC KEY-----"

    package static func pem(_ key: [UInt8]) -> String {
        "\(begin)\n\(Data(prefix + key).base64EncodedString())\n\(end)\n"
    }

    /// The 32 bytes of the key; `nil` for any other text.
    package static func read(_ text: String) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.filter { !$0.isWhitespace || $0 == " " }
        }
        guard lines.count >= 3, lines.first == begin, lines.last == end,
            let data = Data(base64Encoded: lines.dropFirst().dropLast().joined())
        else { return nil }
        let bytes = [UInt8](data)
        guard bytes.starts(with: prefix), bytes.count == prefix.count + 32 else { return nil }
        return Array(bytes.dropFirst(prefix.count))
    }
}
