/// What whoever removes old history asks of it, from any thread.
package protocol RetentionReader: HistoryReader {
    /// The rooms after this one, by id, with how far each history goes: at most so many.
    /// - Parameter withAges: whether it is told of each how old its beginning is; else only of those that are
    ///   kept for a time by their own rules.
    func spans(after room: RoomID?, max: Int, withAges: Bool) throws(StorageError) -> [RoomSpan]

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
    /// When its first event was; `nil` where there is none, or it is not told.
    package let firstAt: Timestamp?

    package init(room: RoomID, keepDays: Int, anchor: Head, head: UInt64, firstAt: Timestamp?) {
        self.room = room
        self.keepDays = keepDays
        self.anchor = anchor
        self.head = head
        self.firstAt = firstAt
    }
}
