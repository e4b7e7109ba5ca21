package import Chat
import Security

/// Walks every room's history from the first event that was not removed to the head, and verifies each
/// event's place and its link.
///
/// For the caller's thread, with nobody else on the stores.
package struct HistoryCheck {
    package struct Report: Hashable, Sendable {
        package var people = 0
        package var rooms = 0
        package var events = 0
    }

    private let events: OpenEvents
    private let limits: Limits

    package init(events: OpenEvents, limits: Limits) {
        self.events = events
        self.limits = limits
    }

    /// - Throws: `StorageError.damaged` naming the first room and sequence that is not as it must be.
    package func run() throws(StorageError) -> Report {
        let stored = try events.store.load()
        var report = Report(people: stored.people.count)
        for room in stored.rooms {
            report.events += try check(room)
            report.rooms += 1
        }
        return report
    }

    private func check(_ stored: StoredState.StoredRoom) throws(StorageError) -> Int {
        var head = stored.anchor
        var at = Timestamp(milliseconds: .min)
        while head.sequence < stored.head.sequence {
            let page = try events.history.events(
                of: stored.room.id, after: head.sequence, through: stored.head.sequence,
                maxEvents: limits.historyPageEvents, maxBytes: limits.historyPageBytes)
            guard !page.isEmpty else { throw damaged(stored, head.sequence + 1, "it is missing") }
            for entry in page {
                let event = entry.event
                guard DigestChain.verifies(event, after: head, hashing: NativeHashing()) else {
                    throw damaged(stored, head.sequence + 1, "it is not what was linked")
                }
                guard event.at >= at else {
                    throw damaged(stored, event.sequence, "it is older than the one before")
                }
                at = event.at
                head = Head(sequence: event.sequence, link: event.link)
            }
        }
        guard head == stored.head else { throw damaged(stored, head.sequence, "the room's head is another") }
        return Int(head.sequence - stored.anchor.sequence)
    }

    private func damaged(_ stored: StoredState.StoredRoom, _ sequence: UInt64, _ reason: String)
        -> StorageError
    {
        let name = stored.room.name?.displayed ?? stored.room.id.description
        return StorageError(.damaged, "room \(name), event \(sequence): \(reason)")
    }
}
