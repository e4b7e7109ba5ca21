import Foundation

/// The public half of a key, as a file (RFC 8410, PEM): what other programs read and write too.
package enum PublicKeyFile {
    package enum Kind: Sendable {
        /// Of the key that signs checkpoints and snapshots.
        case ed25519
        /// Of whoever snapshots are encrypted to.
        case x25519

        /// SubjectPublicKeyInfo of every such key up to its 32 bytes.
        fileprivate var prefix: [UInt8] {
            let curve: UInt8 =
                switch self {
                case .ed25519: 0x70
                case .x25519: 0x6e
                }
            return [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, curve, 0x03, 0x21, 0x00]
        }
    }

    private static let begin = "-----BEGIN PUBLIC KEY-----"
    private static let end = "-----END PUBLIC KEY-----"

    package static func pem(_ key: [UInt8], _ kind: Kind) -> String {
        "\(begin)\n\(Data(kind.prefix + key).base64EncodedString())\n\(end)\n"
    }

    /// The 32 bytes of the key; `nil` for any other text.
    package static func read(_ text: String, _ kind: Kind) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.filter { !$0.isWhitespace || $0 == " " }
        }
        guard lines.count >= 3, lines.first == begin, lines.last == end,
            let data = Data(base64Encoded: lines.dropFirst().dropLast().joined())
        else { return nil }
        let bytes = [UInt8](data)
        guard bytes.starts(with: kind.prefix), bytes.count == kind.prefix.count + 32 else { return nil }
        return Array(bytes.dropFirst(kind.prefix.count))
    }
}
