/// A person who is deleted, or about to be: how far the work has come, and what was erased. It keeps an id,
/// and no name. Stays for ever, so that nobody brings the person back by chance.
package struct PersonDeletion: Hashable, Sendable {
    package let person: PersonID
    package let begunAt: Timestamp
    /// `nil` while there is something left to be erased.
    package internal(set) var finishedAt: Timestamp?
    /// Rooms are gone through in the order of their ids. Of this one everything is erased up to and including
    /// `sequence`; of those before it everything. `nil` before the first.
    package internal(set) var room: RoomID?
    package internal(set) var sequence: UInt64
    /// The event by which this room was told; 0 while it was not. What comes after it is no trace.
    package internal(set) var toldAt: UInt64
    package internal(set) var counts: DeletedCounts

    package init(
        person: PersonID, begunAt: Timestamp, finishedAt: Timestamp? = nil, room: RoomID? = nil,
        sequence: UInt64 = 0, toldAt: UInt64 = 0, counts: DeletedCounts = DeletedCounts()
    ) {
        self.person = person
        self.begunAt = begunAt
        self.finishedAt = finishedAt
        self.room = room
        self.sequence = sequence
        self.toldAt = toldAt
        self.counts = counts
    }

    /// Whether a stretch of a room's history is still to come. Where there was nothing to erase is passed
    /// over.
    package func isAhead(_ room: RoomID, after sequence: UInt64) -> Bool {
        guard let here = self.room, room <= here else { return true }
        return room == here && sequence >= self.sequence
    }
}
