package import Chat
import Security

/// Finds what of a room's history is older than it is kept, a bounded piece at a time. A value; for the
/// caller's thread.
package struct RetentionSearch {
    let history: any RetentionReader
    /// The operator's word for every room.
    let rule: Retention
    let limits: Limits

    package init(history: any RetentionReader, rule: Retention, limits: Limits) {
        self.history = history
        self.rule = rule
        self.limits = limits
    }

    /// The next piece of this room that is to be no more; `nil` when nothing is.
    /// - Parameter anchor: behind what; of the span, or of a piece that was removed since.
    package func next(
        of span: RoomSpan, after anchor: Head, now: Timestamp
    ) throws(StorageError) -> HistoryRemoval? {
        let lastBeyond = rule.lastBeyond(head: span.head)
        let cutoff = rule.cutoff(ownDays: span.keepDays, now: now)
        func isOld(_ at: Timestamp) -> Bool { cutoff.map { at < $0 } ?? false }
        guard anchor.sequence < span.head else { return nil }
        // Most rooms have nothing: that is known without reading any of their events.
        if anchor == span.anchor, lastBeyond <= anchor.sequence, !(span.firstAt.map(isOld) ?? false) {
            return nil
        }
        let page = try history.events(
            of: span.room, after: anchor.sequence, through: span.head, maxEvents: limits.removedEvents,
            maxBytes: limits.removedBytes)
        // Times do not go back within a room.
        let old = page.prefix { $0.event.sequence <= lastBeyond || isOld($0.event.at) }
        guard let last = old.last?.event else { return nil }
        return HistoryRemoval(
            room: span.room, through: Head(sequence: last.sequence, link: last.link),
            remembered: remembered(old.map(\.event), now: now), keepDays: span.keepDays)
    }

    /// Those that somebody may still send again.
    private func remembered(_ events: [Event], now: Timestamp) -> [Erasure] {
        let forgotten = now.advanced(by: .zero - limits.sendMemory)
        return events.filter { $0.sendID != nil && $0.at >= forgotten }.map { event in
            let digest =
                event.contentDigest
                ?? DigestChain.contentDigest(
                    salt: event.salt, content: event.content, hashing: NativeHashing())
            return Erasure(sequence: event.sequence, contentDigest: digest)
        }
    }
}
