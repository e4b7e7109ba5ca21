package import Native

/// The bytes that the kernel has not taken yet: one contiguous piece, freed when empty.
///
/// Loop thread only, owned by one `Channel`. Its policy is limit → stall → disconnect: above the stall mark
/// the channel is congested and the application stops producing for it; over the limit nothing more is taken;
/// and a backlog that stands still, or a congestion that lasts, for too long makes the peer a slow reader.
package struct Outbox {
    package struct Policy: Hashable, Sendable {
        /// In bytes.
        package let limit: Int
        /// In bytes; congestion begins above it.
        package let stallMark: Int
        /// For a backlog of which the kernel takes nothing.
        package let patience: Duration
        /// For a congestion, whatever the kernel takes meanwhile.
        package let congestionPatience: Duration

        package init(limit: Int, stallMark: Int, patience: Duration, congestionPatience: Duration) {
            precondition(stallMark <= limit, "Outbox: congestion must begin before the limit")
            precondition(patience <= congestionPatience, "Outbox: who takes something has longer")
            self.limit = limit
            self.stallMark = stallMark
            self.patience = patience
            self.congestionPatience = congestionPatience
        }
    }

    private var bytes: [UInt8] = []
    private var head = 0
    /// The backlog's beginning, or the last time that the kernel took something.
    private var lastProgress = Instant(nanoseconds: 0)
    private var congestedSince: Instant?

    package init() {}

    package var count: Int { bytes.count - head }
    package var isEmpty: Bool { count == 0 }
    package var isCongested: Bool { congestedSince != nil }

    /// Takes bytes behind all that wait.
    ///
    /// 1. It never blocks and never calls the kernel.
    /// 2. It never reorders: while one byte waits, everything goes behind it.
    /// 3. It takes all of the bytes or none: half a record would end the peer's session.
    /// 4. It takes nothing while it is over its limit, so it never holds more than the limit and one append.
    /// 5. A backlog has a deadline from its first byte on.
    /// 6. It holds no memory while nothing waits.
    ///
    /// - Returns: false when it was over its limit and took nothing.
    package mutating func append(_ more: Span<UInt8>, policy: Policy, now: Instant) -> Bool {
        guard count <= policy.limit else { return false }
        if isEmpty { lastProgress = now }
        // Moving the rest to the front costs at most what was sent since the last time.
        if head > bytes.count / 2 {
            bytes.removeFirst(head)
            head = 0
        }
        bytes.append(more)
        if congestedSince == nil && count > policy.stallMark { congestedSince = now }
        return true
    }

    /// The bytes that wait, in order.
    package func withPending<Value, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(bytes.span.extracting(head..<bytes.count))
    }

    /// The kernel has taken this many of the pending bytes.
    package mutating func taken(_ sent: Int, policy: Policy, now: Instant) {
        precondition(sent >= 0 && sent <= count, "Outbox: more bytes taken than were offered")
        head += sent
        if sent > 0 { lastProgress = now }
        if count <= policy.stallMark { congestedSince = nil }
        if isEmpty { discard() }
    }

    /// Drops what waits: the connection is over.
    package mutating func discard() {
        bytes = []
        head = 0
        congestedSince = nil
    }

    /// Whether the kernel has taken nothing of what waits for so long.
    package func hasStood(for time: Duration, now: Instant) -> Bool {
        !isEmpty && now - lastProgress >= time
    }

    /// When the peer becomes a slow reader, unless it takes something before; `nil` while nothing waits.
    package func deadline(_ policy: Policy) -> Instant? {
        if isEmpty { return nil }
        let standsStill = lastProgress + policy.patience
        return congestedSince.map { min(standsStill, $0 + policy.congestionPatience) } ?? standsStill
    }
}
