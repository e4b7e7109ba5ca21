import Chat
import Client
import Security
import Wire

/// What a server answers about the person: sessions, keys, the second factor, links. Command's thread only.
extension ChatReader {
    // MARK: sessions

    mutating func show(_ list: [SessionSummary]) {
        sessions = list
        for (index, session) in list.enumerated() {
            let name = session.name.isEmpty ? session.kind.name : "\(session.kind.name) \(session.name)"
            let mark = session.isCurrent ? ", this one" : ""
            let end = ", until \(session.expiresAt.date)"
            let scopes = session.kind == .key ? ", for \(session.scopes.names.joined(separator: ","))" : ""
            show("\(index + 1) \(name), seen \(session.lastSeenAt.date)\(end)\(scopes)\(mark)")
        }
    }

    mutating func show(_ key: KeyReceipt) {
        show("a key for a program (SECURECHAT_TOKEN), until \(key.expiresAt.date). It is not shown again:")
        show(key.token)
    }

    mutating func session(_ number: Int, _ line: Line) -> LoginSessionID? {
        guard sessions.indices.contains(number - 1) else {
            fail("/sessions lists their numbers", line)
            return nil
        }
        return sessions[number - 1].id
    }

    // MARK: the second factor

    mutating func show(_ offer: FactorOffer) {
        show("give your authenticator this link, or type the secret:")
        show(offer.uri)
        let letters = Array(offer.secret)
        let groups = stride(from: 0, to: letters.count, by: 4).map {
            String(letters[$0..<min($0 + 4, letters.count)])
        }
        show(groups.joined(separator: " "))
        show("then type /2fa on and the code that it shows; until then nothing has changed")
    }

    mutating func show(recoveryCodes codes: [String]) {
        show("a login by password needs a code from now on. These replace the authenticator, each once:")
        show("keep them where your password is not; they are not shown again")
        for code in codes { show(code) }
    }

    // MARK: links for new people

    mutating func show(_ invite: MadeInvite) {
        guard let endpoint, let fingerprint else { return show(invite.token) }
        let link = InviteLink(
            endpoint: endpoint, token: invite.token, fingerprint: fingerprint, user: nil)
        show("whoever opens this link comes in, until \(invite.expiresAt.date):")
        show(link.text)
    }

    // MARK: people who are not heard

    mutating func show(blocked people: [PersonSummary]) {
        let names = people.map(\.name).sorted().joined(separator: ", ")
        show(names.isEmpty ? "you have blocked nobody" : "blocked: \(names)")
    }
}
