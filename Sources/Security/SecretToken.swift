package import Chat
import Native

/// A right in the form of 32 random bytes: whoever shows it has it. Only its digest is ever stored.
package struct SecretToken: Sendable {
    package enum Purpose: Sendable, CaseIterable {
        /// Logs in again until it expires.
        case session
        /// Sets a new person's password and logs in, once.
        case invite

        /// Stands before the token, so that people and secret scanners see what leaked.
        var prefix: String {
            switch self {
            case .session: "sct_"
            case .invite: "sci_"
            }
        }
    }

    private static let byteCount = 32
    /// The prefix and 43 characters.
    package static let textCount = 47

    package let purpose: Purpose
    private let bytes: [UInt8]

    private init(purpose: Purpose, bytes: [UInt8]) {
        self.purpose = purpose
        self.bytes = bytes
    }

    /// A new one, from the system's randomness.
    package static func random(_ purpose: Purpose) -> SecretToken {
        SecretToken(purpose: purpose, bytes: SecureRandom.bytes(count: byteCount))
    }

    /// From what somebody showed; `nil` for anything that `text` never is.
    package init?(text: String) {
        guard text.utf8.count == Self.textCount else { return nil }
        guard let purpose = Purpose.allCases.first(where: { text.hasPrefix($0.prefix) }),
            let bytes = Base64.url.decode(text.dropFirst(purpose.prefix.count)), bytes.count == Self.byteCount
        else { return nil }
        self.init(purpose: purpose, bytes: bytes)
    }

    /// The secret itself, for whom it is meant.
    package var text: String { purpose.prefix + Base64.url.encode(bytes) }

    /// What is stored and looked up: SHA-256 over the prefix and the bytes, so that a token of one purpose
    /// never passes for another. A plain digest is enough: 32 random bytes cannot be guessed, slowly or fast.
    package var digest: Digest { NativeHashing().sha256(Array(purpose.prefix.utf8) + bytes) }
}

extension SecretToken: CustomStringConvertible {
    /// For logs: says what it is, and nothing of it.
    package var description: String { purpose.prefix + "…" }
}
