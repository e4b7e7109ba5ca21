import Chat
import Native
import Security
import Wire

/// A program's key with its token, before it is stored. A value; the token goes to whoever asked, once.
struct MintedKey: Sendable {
    private let token: SessionToken
    let session: LoginSession

    /// - Parameter key: with its id, under which it is recorded already.
    init(_ key: NewKey, of person: Person, now: Timestamp) {
        guard let session = key.session else { preconditionFailure("MintedKey: a key without an id") }
        token = SessionToken.first(.key, of: session)
        self.session = LoginSession(
            id: session, person: person.id, epoch: person.sessionEpoch, kind: .key,
            scopes: key.scopes, name: key.name, createdAt: now, expiresAt: now.advanced(by: key.lifetime),
            tokens: token.stored)
    }

    /// The key with an id of its own: it is recorded under it, and made under it afterwards.
    static func named(_ key: NewKey, now: Timestamp) -> NewKey {
        var random = SecureRandom()
        var named = key
        named.session = LoginSessionID(at: now, random: &random)
        return named
    }

    var text: String { token.text }

    var receipt: KeyReceipt {
        KeyReceipt(token: text, session: session.id, expiresAt: session.expiresAt)
    }
}
