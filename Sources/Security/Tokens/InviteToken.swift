package import Chat
import Native

/// A single-use right to set a password and log in, in the form of 32 random bytes: whoever shows it has it.
/// Only its digest is ever stored.
package struct InviteToken: Sendable {
    /// Stands before the token, so that people and secret scanners see what leaked.
    private static let prefix = "sci_"
    private static let byteCount = 32
    /// The prefix and 43 characters.
    package static let textCount = 47

    private let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// A new one, from the system's randomness.
    package static func random() -> InviteToken { InviteToken(bytes: SecureRandom.bytes(count: byteCount)) }

    /// From what somebody showed; `nil` for anything that `text` never is.
    package init?(text: String) {
        guard text.utf8.count == Self.textCount, text.hasPrefix(Self.prefix),
            let bytes = Base64.url.decode(text.dropFirst(Self.prefix.count)), bytes.count == Self.byteCount
        else { return nil }
        self.init(bytes: bytes)
    }

    /// The secret itself, for whom it is meant.
    package var text: String { Self.prefix + Base64.url.encode(bytes) }

    /// What is stored and looked up: SHA-256 over the prefix and the bytes. A plain digest is enough: 32
    /// random bytes cannot be guessed, slowly or fast.
    package var digest: Digest { NativeHashing().sha256(Array(Self.prefix.utf8) + bytes) }
}

extension InviteToken: CustomStringConvertible {
    /// For logs: says what it is, and nothing of it.
    package var description: String { "\(Self.prefix)…" }
}
