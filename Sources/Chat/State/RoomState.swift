/// A room as the sequencer holds it in memory: its settings, its head and who may do what.
package struct RoomState: Hashable, Sendable {
    package internal(set) var room: Room
    package internal(set) var head: Head
    /// What the history begins after: what comes before was removed. `.empty` where it is whole.
    package internal(set) var anchor: Head
    /// When the last event was: `at` never decreases in a room.
    package internal(set) var lastAt: Timestamp
    package internal(set) var members: [PersonID: Member]
    package internal(set) var outsiders: [PersonID: Outsider]
    /// The sequences of pinned messages, in the order in which they were pinned.
    package internal(set) var pins: [UInt64]
    /// How many messages it has had, deleted ones with them.
    package internal(set) var messages: UInt64
    /// When whom said something last, where the room is slow. Not stored: a restart forgives.
    var lastSaid: [PersonID: Timestamp] = [:]

    package init(
        room: Room, head: Head = .empty, anchor: Head = .empty, lastAt: Timestamp,
        members: [PersonID: Member] = [:], outsiders: [PersonID: Outsider] = [:], pins: [UInt64] = [],
        messages: UInt64 = 0
    ) {
        self.room = room
        self.head = head
        self.anchor = anchor
        self.lastAt = lastAt
        self.members = members
        self.outsiders = outsiders
        self.pins = pins
        self.messages = messages
    }

    init(_ stored: StoredState.StoredRoom) {
        self.init(
            room: stored.room, head: stored.head, anchor: stored.anchor, lastAt: stored.lastAt,
            members: stored.members, outsiders: stored.outsiders, pins: stored.pins,
            messages: stored.messages)
    }

    /// `nil` for whoever is no member.
    package func role(of person: PersonID) -> Role? { members[person]?.role }

    /// The first sequence that there is; more than the head's where there is none.
    package var first: UInt64 { anchor.sequence + 1 }

    /// The first sequence that a member may read.
    package func firstVisible(to person: PersonID) -> UInt64 {
        switch room.rules.visibility {
        case .all: first
        // Of who was a member before there was a choice it is not known: nothing is kept from them.
        case .sinceJoining: max(first, members[person]?.since ?? head.sequence + 1)
        }
    }
}
