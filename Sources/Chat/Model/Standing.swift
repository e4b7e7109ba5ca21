/// What a person is to a room: one of these, or nothing.
package enum Standing: Hashable, Sendable {
    case member(Member)
    case outsider(Outsider)
}

/// Somebody who is in a room.
package struct Member: Hashable, Sendable {
    package var role: Role
    /// The sequence of the event by which they came in, the last time they did: the first that they read
    /// where the history is visible since joining.
    package var since: UInt64
    /// Until when they say nothing; `nil` when nobody muted them. A moment that is over mutes nobody.
    package var mutedUntil: Timestamp?

    package init(role: Role, since: UInt64, mutedUntil: Timestamp? = nil) {
        self.role = role
        self.since = since
        self.mutedUntil = mutedUntil
    }

    package func isMuted(at now: Timestamp) -> Bool { mutedUntil.map { now < $0 } ?? false }
}

/// Somebody who is not in a room, and of whom the room knows all the same. A moment that is over bans and
/// mutes nobody.
package struct Outsider: Hashable, Sendable {
    /// May come in, even where the room is not listed.
    package var invitedBy: PersonID?
    /// May not come in before this moment.
    package var bannedUntil: Timestamp?
    /// Went while they were muted, which they are still when they come again.
    package var mutedUntil: Timestamp?

    package init(
        invitedBy: PersonID? = nil, bannedUntil: Timestamp? = nil, mutedUntil: Timestamp? = nil
    ) {
        self.invitedBy = invitedBy
        self.bannedUntil = bannedUntil
        self.mutedUntil = mutedUntil
    }

    package var isInvited: Bool { invitedBy != nil }

    package func isBanned(at now: Timestamp) -> Bool { bannedUntil.map { now < $0 } ?? false }
    package func isMuted(at now: Timestamp) -> Bool { mutedUntil.map { now < $0 } ?? false }

    /// `nil` when there is nothing that the room would have to know.
    var standing: Standing? { self == Outsider() ? nil : .outsider(self) }
}
