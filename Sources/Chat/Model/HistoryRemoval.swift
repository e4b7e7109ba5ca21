/// The beginning of a room's history that is to be no more: a piece of what is older than it is kept.
package struct HistoryRemoval: Hashable, Sendable {
    package let room: RoomID
    /// The last event that goes, and the chain's link there: what is left is verified from it on.
    package let through: Head
    /// Of the events that go, those whose sends are remembered, as erased: a repetition is still answered
    /// with the first ack (promise G3).
    package let remembered: [Erasure]
    /// The room's own word when this was found: where it is another by now, nothing goes. `nil` for what is
    /// not a matter of it.
    package let keepDays: Int?

    package init(room: RoomID, through: Head, remembered: [Erasure] = [], keepDays: Int? = nil) {
        self.room = room
        self.through = through
        self.remembered = remembered
        self.keepDays = keepDays
    }
}
