package import Chat

/// A person as others see them.
package struct PersonSummary: Hashable, Sendable {
    package let id: PersonID
    package let name: String
    package let isAdministrator: Bool

    package init(id: PersonID, name: String, isAdministrator: Bool = false) {
        self.id = id
        self.name = name
        self.isAdministrator = isAdministrator
    }
}

/// A room as one person sees it.
package struct RoomSummary: Hashable, Sendable {
    package let id: RoomID
    package let kind: Room.Kind
    /// Of a direct room, the other person's name.
    package let name: String
    package let topic: String
    package let isArchived: Bool
    /// The asker's own; `nil` when not a member.
    package let role: Role?
    /// The last sequence.
    package let head: UInt64
    package let members: Int
    /// The first sequence that the asker may read.
    package let first: UInt64
    package let isInvited: Bool
    /// How far the asker has read, and what not; only in lists, and `nil` for who is no member.
    package let reading: ReadPosition?

    package init(
        id: RoomID, kind: Room.Kind, name: String, topic: String = "", isArchived: Bool = false,
        role: Role? = nil, head: UInt64 = 0, members: Int = 0, first: UInt64 = 1, isInvited: Bool = false,
        reading: ReadPosition? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.topic = topic
        self.isArchived = isArchived
        self.role = role
        self.head = head
        self.members = members
        self.first = first
        self.isInvited = isInvited
        self.reading = reading
    }

    /// No less than what its encoding takes within a list: 80 bytes hold all that is not text, 48 how far it
    /// was read.
    var greatestEncodedSize: Int { 80 + (reading == nil ? 0 : 48) + name.utf8.count + topic.utf8.count }
}

/// Of a room of the asker's, what its summary does not say.
package struct RoomDetails: Hashable, Sendable {
    package let rules: RoomRules
    /// Until when the asker says nothing; `nil` for whoever is not muted.
    package let mutedUntil: Timestamp?
    /// The sequences of pinned messages, in the order in which they were pinned.
    package let pins: [UInt64]

    package init(rules: RoomRules, mutedUntil: Timestamp? = nil, pins: [UInt64] = []) {
        self.rules = rules
        self.mutedUntil = mutedUntil
        self.pins = pins
    }
}

package struct MemberSummary: Hashable, Sendable {
    package let person: PersonSummary
    package let role: Role
    package let mutedUntil: Timestamp?
    package let presence: Presence

    package init(
        person: PersonSummary, role: Role, mutedUntil: Timestamp? = nil, presence: Presence = .offline
    ) {
        self.person = person
        self.role = role
        self.mutedUntil = mutedUntil
        self.presence = presence
    }
}

/// One of a person's sessions, as its owner sees it.
package struct SessionSummary: Hashable, Sendable {
    package let id: LoginSessionID
    package let kind: LoginSession.Kind
    package let scopes: Scopes
    package let name: String
    package let createdAt: Timestamp
    package let lastSeenAt: Timestamp
    package let expiresAt: Timestamp
    /// The session that asks.
    package let isCurrent: Bool

    package init(
        id: LoginSessionID, kind: LoginSession.Kind, scopes: Scopes = .ofDevices, name: String,
        createdAt: Timestamp, lastSeenAt: Timestamp, expiresAt: Timestamp, isCurrent: Bool
    ) {
        self.id = id
        self.kind = kind
        self.scopes = scopes
        self.name = name
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.isCurrent = isCurrent
    }

    package init(_ session: LoginSession, askedBy current: LoginSessionID?) {
        self.init(
            id: session.id, kind: session.kind, scopes: session.scopes, name: session.name,
            createdAt: session.createdAt, lastSeenAt: session.lastSeenAt, expiresAt: session.expiresAt,
            isCurrent: session.id == current)
    }
}
