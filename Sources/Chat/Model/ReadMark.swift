/// How far a member has read a room, and which messages after that name them.
package struct ReadMark: Hashable, Sendable {
    /// The last sequence that they have read.
    package var sequence: UInt64
    /// How many messages the room had up to and including it.
    package var messages: UInt64
    /// The sequences of later messages that name the member, ascending; bounded, the oldest are left off.
    package var mentions: [UInt64]

    package init(sequence: UInt64, messages: UInt64, mentions: [UInt64] = []) {
        self.sequence = sequence
        self.messages = messages
        self.mentions = mentions
    }
}

/// A member's mark from now on; `nil` for who is a member no longer.
package struct ReadMarkChange: Hashable, Sendable {
    package let person: PersonID
    package let mark: ReadMark?

    package init(person: PersonID, mark: ReadMark?) {
        self.person = person
        self.mark = mark
    }
}

/// What a member is told of their own reading.
package struct ReadPosition: Hashable, Sendable {
    package let room: RoomID
    /// The last sequence that they have read.
    package let sequence: UInt64
    /// Messages after it.
    package let unread: UInt64
    /// Of these, those that name the member.
    package let mentions: Int

    package init(room: RoomID, sequence: UInt64, unread: UInt64, mentions: Int) {
        self.room = room
        self.sequence = sequence
        self.unread = unread
        self.mentions = mentions
    }
}
