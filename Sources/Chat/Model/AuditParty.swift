/// Who acted, or whom or what it was done to, as an audit entry names it: opaque ids, never names, so that
/// they may stay when a person's data is erased.
package enum AuditParty: Hashable, Sendable {
    case person(PersonID)
    case room(RoomID)
    /// Whoever holds the control socket or the data directory.
    case operations
    /// The program itself.
    case server
    /// Somebody who has not proved who he is.
    case unknown

    package init(_ actor: Actor) {
        switch actor {
        case .person(let id): self = .person(id)
        case .operations: self = .operations
        }
    }

    package var text: String {
        switch self {
        case .person(let id): "person:\(id)"
        case .room(let id): "room:\(id)"
        case .operations: "operations"
        case .server: "server"
        case .unknown: "unknown"
        }
    }
}
