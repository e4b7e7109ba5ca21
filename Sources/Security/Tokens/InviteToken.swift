package import Chat
import Native

/// A right to come in by a link, in the form of 32 random bytes: whoever shows it has it. Only its digest is
/// ever stored.
package struct InviteToken: Sendable {
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// Somebody who is a person here sets a password, once.
        case person
        /// Somebody who is nobody here yet becomes a person.
        case newcomer

        /// Stands before the token, so that people and secret scanners see what leaked.
        fileprivate var prefix: String {
            switch self {
            case .person: "sci_"
            case .newcomer: "scn_"
            }
        }
    }

    private static let byteCount = 32
    /// The prefix and 43 characters.
    package static let textCount = 47

    private let kind: Kind
    private let bytes: [UInt8]

    private init(_ kind: Kind, bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }

    /// A new one, from the system's randomness.
    package static func random(_ kind: Kind = .person) -> InviteToken {
        InviteToken(kind, bytes: SecureRandom.bytes(count: byteCount))
    }

    /// From what somebody showed; `nil` for anything that `text` of this kind never is.
    package init?(text: String, _ kind: Kind = .person) {
        guard text.utf8.count == Self.textCount, text.hasPrefix(kind.prefix),
            let bytes = Base64.url.decode(text.dropFirst(kind.prefix.count)), bytes.count == Self.byteCount
        else { return nil }
        self.init(kind, bytes: bytes)
    }

    /// The secret itself, for whom it is meant.
    package var text: String { kind.prefix + Base64.url.encode(bytes) }

    /// What is stored and looked up: SHA-256 over the prefix and the bytes. A plain digest is enough: 32
    /// random bytes cannot be guessed, slowly or fast.
    package var digest: Digest { NativeHashing().sha256(Array(kind.prefix.utf8) + bytes) }
}

extension InviteToken: CustomStringConvertible {
    /// For logs: says what it is, and nothing of it.
    package var description: String { "\(kind.prefix)…" }
}
