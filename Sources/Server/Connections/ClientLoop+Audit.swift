import Chat
import Native
import Reactor
import Security
import Wire

/// How somebody tried to prove who he is: of a secret only its kind. A value.
struct LoginAttempt: Hashable, Sendable {
    let method: String
    /// The name that was given; nobody has proved it.
    let user: String?
    /// The identity provider that was named.
    let provider: String?

    init(_ authentication: Authentication) {
        switch authentication {
        case .password(let name, _): (method, user, provider) = ("password", name, nil)
        case .token: (method, user, provider) = ("token", nil, nil)
        case .invite: (method, user, provider) = ("invite", nil, nil)
        case .provider(let login): (method, user, provider) = ("provider", nil, login.name)
        }
    }
}

/// What the audit log is told of connections. Loop thread only.
extension ClientLoop {
    func note(
        _ kind: AuditKind, _ connection: Connection, reason: String? = nil, fault: String? = nil
    ) {
        var details = AuditDetails()
        if let attempt = connection.attempt { details.append("method", .text(attempt.method)) }
        if connection.person == nil, let user = connection.attempt?.user {
            details.append("user", .text(user))
        }
        if let provider = connection.attempt?.provider { details.append("provider", .text(provider)) }
        // The port differs with each connection: with it no two events of a flood would be alike.
        details.append("address", .text("\(connection.channel.peer.address)"))
        if let reason { details.append("reason", .text(reason)) }
        if let fault { details.append("fault", .text(fault)) }
        let party = connection.person.map { AuditParty.person($0.id) }
        services.audit.note(
            SecurityEvent(
                kind, at: Timestamp(milliseconds: WallClock.milliseconds()), by: party ?? .unknown,
                of: party.map { [$0] } ?? [], details))
    }
}
