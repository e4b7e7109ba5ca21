package import Chat
import Native

/// A code for the day on which the authenticator is lost: good once. 80 random bits, in four groups that a
/// person can copy: `abcd-efgh-ijkl-mnop`.
package struct RecoveryCode: Hashable, Sendable {
    private static let byteCount = 10
    private static let groupCount = 4

    private let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    package static func random() -> RecoveryCode {
        RecoveryCode(bytes: SecureRandom.bytes(count: byteCount))
    }

    /// As somebody typed it: in either case, with or without its hyphens and blanks.
    package init?(text: String) {
        let letters = text.filter { $0 != "-" && $0 != " " }
        guard let bytes = Base32.decode(letters), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    package var text: String {
        let letters = Array(Base32.encode(bytes).lowercased())
        return stride(from: 0, to: letters.count, by: Self.groupCount)
            .map { String(letters[$0..<min($0 + Self.groupCount, letters.count)]) }.joined(separator: "-")
    }

    /// What is stored: SHA-256 over a label, the factor's id and the bytes. A plain digest is enough: nobody
    /// tries 2^80 codes.
    package func digest(of factor: SecondFactorID) -> Digest {
        NativeHashing().sha256(Array("securechat recovery code".utf8) + factor.bytes + bytes)
    }
}
