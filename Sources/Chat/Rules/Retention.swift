/// How long histories are kept, by the operator's word for every room. A value; 0 stands for no bound.
package struct Retention: Hashable, Sendable {
    package var days: Int
    /// Of a room, its last ones.
    package var events: Int

    /// For ever, and all of it.
    package static let everything = Retention()

    package init(days: Int = 0, events: Int = 0) {
        self.days = days
        self.events = events
    }

    /// The shorter of these days and the room's own; 0: neither.
    package func days(withOwn own: Int) -> Int {
        if own == 0 || days == 0 { return max(own, days) }
        return min(own, days)
    }

    /// Up to which sequence a history is no more because of its length.
    package func lastBeyond(head: UInt64) -> UInt64 {
        events > 0 && head > UInt64(events) ? head - UInt64(events) : 0
    }

    /// Events of before this moment are no more because of their age; `nil` where age is no matter.
    package func cutoff(ownDays own: Int, now: Timestamp) -> Timestamp? {
        let days = days(withOwn: own)
        return days > 0 ? now.advanced(by: .seconds(-86_400 * days)) : nil
    }
}
