package import Wire

/// Why a room is no longer followed.
package enum RoomEnd: Hashable, Sendable {
    case refused(RefusalNotice)
    /// One is no longer a member.
    case unsubscribed
    /// The server contradicted itself about the room's history.
    case broken(ReplicaFault)
}
