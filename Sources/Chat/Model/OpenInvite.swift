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
    /// It goes with this person's right to make it (`ChatState.put`); the operator's stay.
    package let maker: Actor
    package let createdAt: Timestamp

    package init(
        id: OpenInviteID, token: Digest, uses: Int, usesLeft: Int? = nil, expiresAt: Timestamp,
        makesAdministrator: Bool = false, rooms: [RoomID] = [], role: Role = .member, maker: Actor,
        createdAt: Timestamp
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
        self.createdAt = createdAt
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
