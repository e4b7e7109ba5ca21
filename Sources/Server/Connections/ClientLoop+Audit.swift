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
        // Only a name of ours: a stranger's invention would be another event each time.
        if let provider = connection.claim?.provider, services.providers?.has(provider) == true {
            details.append("provider", .text(provider))
        }
        if let reason { details.append("reason", .text(reason)) }
        if let fault { details.append("fault", .text(fault)) }
        let party = connection.person.map { AuditParty.person($0.id) }
        services.audit.note(
            SecurityEvent(
                kind, at: Timestamp(milliseconds: WallClock.milliseconds()), by: party ?? .unknown,
                of: party.map { [$0] } ?? [], details,
                from: connection.channel.peer.address,
                claimedName: party == nil ? connection.claim?.user : nil))
    }
}
