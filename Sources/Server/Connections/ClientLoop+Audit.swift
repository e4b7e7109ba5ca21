import Chat
import Native
import Reactor
import Security
import Wire

/// What the audit log is told of connections. Loop thread only.
extension ClientLoop {
    func note(
        _ kind: AuditKind, _ connection: Connection, reason: String? = nil, fault: String? = nil
    ) {
        var details = AuditDetails()
        if let claim = connection.claim { details.append("method", .text(claim.method)) }
        if connection.person == nil, let user = connection.claim?.user {
            details.append("user", .text(user))
        }
        if let provider = connection.claim?.provider { details.append("provider", .text(provider)) }
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
