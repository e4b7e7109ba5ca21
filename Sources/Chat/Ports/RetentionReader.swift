/// What whoever removes old history asks of it, from any thread.
package protocol RetentionReader: HistoryReader {
    /// The rooms after this one, by id, with how far each history goes and how old its beginning is: at most
    /// so many.
    func spans(after room: RoomID?, max: Int) throws(StorageError) -> [RoomSpan]

    /// Whether sends of before this moment are remembered whose events were removed.
    func remembersSends(before moment: Timestamp) throws(StorageError) -> Bool
}

/// From where to where a room's history goes.
package struct RoomSpan: Hashable, Sendable {
    package let room: RoomID
    /// What its own rules say.
    package let keepDays: Int
    /// What the history begins after; `.empty` where it is whole.
    package let anchor: Head
    /// The last sequence.
    package let head: UInt64
    /// When its first event was; `nil` where there is none.
    package let firstAt: Timestamp?

    package init(room: RoomID, keepDays: Int, anchor: Head, head: UInt64, firstAt: Timestamp?) {
        self.room = room
        self.keepDays = keepDays
        self.anchor = anchor
        self.head = head
        self.firstAt = firstAt
    }
}
