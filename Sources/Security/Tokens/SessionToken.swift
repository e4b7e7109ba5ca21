package import Chat
import Native

/// A session's token: whoever shows it has the session. Only digests of it are ever stored.
///
/// `scr_` or `sck_`, then in Base64 the session's id (16 bytes), the part that all tokens of the session
/// share (16) and the secret (32).
package struct SessionToken: Sendable {
    /// The prefix and 86 characters.
    package static let textCount = 90
    private static let (familyCount, secretCount) = (16, 32)

    package let kind: LoginSession.Kind
    package let session: LoginSessionID
    private let family: [UInt8]
    private let secret: [UInt8]

    private init(kind: LoginSession.Kind, session: LoginSessionID, family: [UInt8], secret: [UInt8]) {
        self.kind = kind
        self.session = session
        self.family = family
        self.secret = secret
    }

    /// The first of a new session, from the system's randomness.
    package static func first(_ kind: LoginSession.Kind, of session: LoginSessionID) -> SessionToken {
        SessionToken(
            kind: kind, session: session, family: SecureRandom.bytes(count: familyCount),
            secret: SecureRandom.bytes(count: secretCount))
    }

    /// The one to put in this one's place.
    package func next() -> SessionToken {
        SessionToken(
            kind: kind, session: session, family: family, secret: SecureRandom.bytes(count: Self.secretCount))
    }

    /// From what somebody showed; `nil` for anything that `text` never is.
    package init?(text: String) {
        guard text.utf8.count == Self.textCount, let kind = LoginSession.Kind(prefix: text.prefix(4)),
            let bytes = Base64.url.decode(text.dropFirst(4)),
            let session = LoginSessionID(bytes: bytes[..<16])
        else { return nil }
        self.init(kind: kind, session: session, family: Array(bytes[16..<32]), secret: Array(bytes[32...]))
    }

    /// The secret itself, for whom it is meant.
    package var text: String { kind.prefix + Base64.url.encode(session.bytes + family + secret) }

    /// What is compared with what is stored. Plain digests are enough: random bytes of this number cannot be
    /// guessed, slowly or fast.
    package var shown: ShownToken {
        ShownToken(
            session: session, family: digest("family", of: family), secret: digest("secret", of: secret))
    }

    /// What is stored of a session's first token.
    package var stored: LoginSession.Tokens {
        LoginSession.Tokens(family: shown.family, current: shown.secret)
    }

    private func digest(_ part: String, of bytes: [UInt8]) -> Digest {
        NativeHashing().sha256(Array("\(kind.prefix)\(part)".utf8) + session.bytes + bytes)
    }
}

extension SessionToken: CustomStringConvertible {
    /// For logs: says what it is, and nothing of it.
    package var description: String { "\(kind.prefix)…" }
}

extension LoginSession.Kind {
    /// Stands before the token, so that people and secret scanners see what leaked.
    fileprivate var prefix: String {
        switch self {
        case .device: "scr_"
        case .key: "sck_"
        }
    }

    fileprivate init?(prefix: Substring) {
        guard let kind = [Self.device, .key].first(where: { $0.prefix == prefix }) else { return nil }
        self = kind
    }
}
