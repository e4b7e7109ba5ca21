/// A right for people who are nobody here yet: whoever shows its token is made a person, until all its uses
/// are gone. It is part of the chat's state, so that a use and the person who comes of it are one change.
package struct OpenInvite: Hashable, Sendable {
    package let id: OpenInviteID
    /// The digest of its token. The token itself is never stored.
    package let token: Digest
    /// How many it was made for.
    package let uses: Int
    /// At least one: an invite that is used up is gone.
    package private(set) var usesLeft: Int
    package let expiresAt: Timestamp
    package let makesAdministrator: Bool
    /// What who comes becomes a member of, and as what.
    package let rooms: [RoomID]
    package let role: Role
    package let maker: Actor
    /// The maker's when it was made: a later one voids it, as it does the maker's sessions.
    package let makerEpoch: UInt32
    package let createdAt: Timestamp

    package init(
        id: OpenInviteID, token: Digest, uses: Int, usesLeft: Int? = nil, expiresAt: Timestamp,
        makesAdministrator: Bool = false, rooms: [RoomID] = [], role: Role = .member, maker: Actor,
        makerEpoch: UInt32 = 0, createdAt: Timestamp
    ) {
        self.id = id
        self.token = token
        self.uses = uses
        self.usesLeft = usesLeft ?? uses
        self.expiresAt = expiresAt
        self.makesAdministrator = makesAdministrator
        self.rooms = rooms
        self.role = role
        self.maker = maker
        self.makerEpoch = makerEpoch
        self.createdAt = createdAt
    }

    /// Whether it lets somebody in at this moment. `maker` is the person who made it as they are now, and
    /// `nil` where the operator did.
    package func isGood(at now: Timestamp, maker: Person?) -> Bool {
        guard expiresAt > now else { return false }
        guard case .person(let id) = self.maker else { return true }
        guard let maker, maker.id == id else { return false }
        return maker.isAdministrator && !maker.isDisabled && maker.sessionEpoch == makerEpoch
    }

    /// One use less; `nil` after the last.
    func used() -> OpenInvite? {
        guard usesLeft > 1 else { return nil }
        var invite = self
        invite.usesLeft -= 1
        return invite
    }
}

package typealias OpenInviteID = Identifier<OpenInvite>

/// An open invite as somebody wants it.
package struct InviteOrder: Hashable, Sendable {
    package let token: Digest
    package let uses: Int
    package let lifetime: Duration
    package let makesAdministrator: Bool
    package let rooms: [RoomReference]
    package let role: Role

    package init(
        token: Digest, uses: Int, lifetime: Duration, makesAdministrator: Bool = false,
        rooms: [RoomReference] = [], role: Role = .member
    ) {
        self.token = token
        self.uses = uses
        self.lifetime = lifetime
        self.makesAdministrator = makesAdministrator
        self.rooms = rooms
        self.role = role
    }
}

/// Somebody who comes by an open invite.
package struct Newcomer: Hashable, Sendable {
    /// The digest of the token that was shown.
    package let token: Digest
    package let id: PersonID
    package let name: String
    /// The encoded password hash.
    package let password: String

    package init(token: Digest, id: PersonID, name: String, password: String) {
        self.token = token
        self.id = id
        self.name = name
        self.password = password
    }
}

/// An open invite as it is from now on; `nil` for gone.
package struct OpenInviteChange: Hashable, Sendable {
    package let id: OpenInviteID
    package let invite: OpenInvite?

    package init(id: OpenInviteID, invite: OpenInvite?) {
        self.id = id
        self.invite = invite
    }
}
