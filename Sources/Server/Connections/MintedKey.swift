import Chat
import Native
import Security
import Wire

/// A program's key with its token, before it is stored. A value; the token goes to whoever asked, once.
struct MintedKey: Sendable {
    private let token: SessionToken
    let session: LoginSession

    init(_ key: NewKey, of person: Person, now: Timestamp) {
        var random = SecureRandom()
        token = SessionToken.first(.key, of: LoginSessionID(at: now, random: &random))
        session = LoginSession(
            id: token.session, person: person.id, epoch: person.sessionEpoch, kind: .key,
            scopes: key.scopes, name: key.name, createdAt: now, expiresAt: now.advanced(by: key.lifetime),
            tokens: token.stored)
    }

    var text: String { token.text }

    var receipt: KeyReceipt {
        KeyReceipt(token: text, session: session.id, expiresAt: session.expiresAt)
    }
}
