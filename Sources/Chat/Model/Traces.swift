/// What somebody has left in a stretch of a room's history: the events that they are the author of, and those
/// that are about them.
package struct Traces: Hashable, Sendable {
    /// Events that are about people are short: a longer one is looked into only if it is their own.
    package static let mentionBytes = 1_024

    /// In order.
    package let events: [HistoryEvent]
    /// Up to here all events were looked at.
    package let through: UInt64

    package init(events: [HistoryEvent], through: UInt64) {
        self.events = events
        self.through = through
    }

    /// How much is looked at and answered at once. A page may exceed its bytes by one event.
    package struct Bounds: Hashable, Sendable {
        package let scanned: UInt64
        package let events: Int
        package let bytes: Int

        package init(scanned: UInt64, events: Int, bytes: Int) {
            self.scanned = scanned
            self.events = events
            self.bytes = bytes
        }
    }

    /// Whether the event may be one of them: theirs, or with their id in its bytes. What it really says, a
    /// reader of its content knows.
    package static func mayHold(_ event: Event, of person: PersonID) -> Bool {
        if event.author == person { return true }
        let (content, wanted) = (event.content, person.bytes)
        guard content.count <= mentionBytes, content.count >= wanted.count else { return false }
        return (0...(content.count - wanted.count)).contains { content[$0...].starts(with: wanted) }
    }
}

extension UInt64 {
    package func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}
