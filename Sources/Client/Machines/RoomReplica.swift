package import Chat

/// One room's history as this client holds it: dense, in order, verified link by link, resumable.
///
/// Outlives connections. Its owner subscribes with `held`, and feeds what the server says; the replica
/// answers what to do. Live events that arrive while the history up to the head is still being read are held
/// within `Bounds`; when they exceed it, they are dropped and read from the history instead.
package struct RoomReplica: Sendable {
    /// Where a reader begins.
    package enum Start: Hashable, Sendable {
        /// Every event after this sequence; 0 for the whole history.
        case after(UInt64)
        /// The last so many events, then live; 0 for live ones only.
        case recent(UInt64)
    }

    /// How much is held while history is read.
    package struct Bounds: Hashable, Sendable {
        package var events = 1_024
        package var bytes = 1_024 * 1_024

        package init() {}

        package init(events: Int, bytes: Int) {
            self.events = events
            self.bytes = bytes
        }
    }

    package enum Action: Equatable, Sendable {
        /// The next event of the room: handed over once, in order.
        case deliver(HistoryEvent)
        /// Ask for a page of history. One at a time: the next comes after `history`.
        case readHistory(after: UInt64, through: UInt64)
        /// Whatever was delivered after this sequence is of another history.
        case forget(after: UInt64)
        /// Everything up to the server's head was delivered; what follows is live.
        case caughtUp(Head)
        /// The server contradicts itself. The replica takes nothing more.
        case fail(ReplicaFault)
    }

    private enum Phase: Hashable {
        case detached
        /// A page is on its way; live events after `through` are held.
        case reading(through: UInt64)
        case live
        case broken
    }

    package let room: RoomID
    private let start: Start
    private let bounds: Bounds
    private let hashing: any Hashing

    private var phase = Phase.detached
    private var hasStarted = false
    /// The last event taken, and its link; no link when reading began in the middle.
    private var position: UInt64 = 0
    private var link: Digest?
    /// Up to here events are taken, but not delivered.
    private var floor: UInt64 = 0
    private var checkpoints = Checkpoints()
    /// What the server stated last and is held to.
    private var stated = Head.empty
    private var waiting: [HistoryEvent] = []
    private var waitingBytes = 0

    package init(room: RoomID, start: Start, bounds: Bounds = Bounds(), hashing: any Hashing) {
        self.room = room
        self.start = start
        self.bounds = bounds
        self.hashing = hashing
    }

    // MARK: what is held

    package var sequence: UInt64 { position }
    package var isLive: Bool { phase == .live }
    package var isAttached: Bool { phase != .detached }
    package var heldLiveEvents: Int { waiting.count }

    /// What to name in `Subscribe`, the latest first.
    package func held(max: Int = Limits.standard.checkpointsOfASubscription) -> [Head] {
        guard hasStarted else { return [] }
        return checkpoints.latest(max)
    }

    // MARK: what the server says

    /// The answer to `Subscribe`.
    /// - Parameter first: the first sequence that may be read. What is before it is passed over.
    package mutating func subscribed(
        head: Head, common: Head, historyChanged: Bool, first: UInt64 = 1
    ) -> [Action] {
        guard phase == .detached else { return broken(.unexpected) }
        var actions: [Action] = []
        floor = max(floor, first - 1)
        if !hasStarted {
            begin(at: head)
        } else if position < first - 1, !historyChanged {
            stand(atFloorWithin: head)
        } else if checkpoints.last == nil {
            stand(atFloorWithin: head)
        } else if historyChanged {
            guard head.sequence >= common.sequence else {
                return broken(.headWentBack(from: common.sequence, to: head.sequence))
            }
            guard common.sequence == 0 || checkpoints.link(at: common.sequence) == common.link else {
                return broken(.unknownCommonPoint(common.sequence))
            }
            actions.append(.forget(after: common.sequence))
            restart(after: common, head: head)
        } else {
            guard head.sequence >= position else {
                return broken(.headWentBack(from: position, to: head.sequence))
            }
        }
        stated = head
        if let fault = contradiction() { return actions + broken(fault) }
        return actions + proceed(to: head.sequence)
    }

    /// The answer to `readHistory`.
    /// - Parameter first: the first sequence that there is to read, where something is left out before it: it
    ///   was removed since this asked, or may not be read any more.
    package mutating func history(_ events: [HistoryEvent], first: UInt64 = 0) -> [Action] {
        guard case .reading(let through) = phase else { return [] }
        let before = position
        if first > position + 1 { stand(before: first) }
        var actions: [Action] = []
        for event in events where event.event.sequence <= through {
            if let fault = take(event, into: &actions) { return actions + broken(fault) }
        }
        guard position > before else { return broken(.historyEnded(after: position)) }
        return actions + proceed(to: through)
    }

    /// An event that the server pushed.
    package mutating func pushed(_ event: HistoryEvent) -> [Action] {
        switch phase {
        case .detached, .broken: return []
        case .live:
            let sequence = event.event.sequence
            if sequence <= position { return [] }
            guard sequence == position + 1 else {
                hold(event)
                return proceed(to: sequence - 1)
            }
            var actions: [Action] = []
            if let fault = take(event, into: &actions) { return actions + broken(fault) }
            return actions
        case .reading(let through):
            guard event.event.sequence > through else { return [] }
            let expected = (waiting.last?.event.sequence ?? through) + 1
            let size = event.event.content.count
            guard event.event.sequence == expected, waiting.count < bounds.events,
                waitingBytes + size <= bounds.bytes
            else {
                // Too many, or one is missing: the history has them all.
                dropWaiting()
                phase = .reading(through: event.event.sequence)
                return []
            }
            hold(event)
            return []
        }
    }

    /// The server says that events up to this head were not pushed.
    package mutating func gap(_ head: Head) -> [Action] {
        switch phase {
        case .detached, .broken: return []
        case .live:
            guard head.sequence > position else { return [] }
            stated = head
            return proceed(to: head.sequence)
        case .reading(let through):
            guard head.sequence > through else { return [] }
            stated = head
            phase = .reading(through: max(head.sequence, waiting.last?.event.sequence ?? 0))
            dropWaiting()
            return []
        }
    }

    /// The connection is gone, or the subscription ended: what is held stays.
    package mutating func detach() {
        guard phase != .broken else { return }
        phase = .detached
        dropWaiting()
    }
}

extension RoomReplica {
    // MARK: beginnings

    private mutating func begin(at head: Head) {
        hasStarted = true
        switch start {
        case .after(let sequence): floor = max(floor, sequence)
        case .recent(let count): floor = max(floor, head.sequence - min(count, head.sequence))
        }
        stand(atFloorWithin: head)
    }

    private mutating func restart(after common: Head, head: Head) {
        checkpoints.forget(after: common.sequence)
        dropWaiting()
        guard common.sequence >= floor else { return stand(atFloorWithin: head) }
        position = common.sequence
        link = common.sequence == 0 ? .zero : common.link
    }

    /// A reader who wants only what comes after `floor` begins there, or at the head when that is not so far
    /// yet.
    private mutating func stand(atFloorWithin head: Head) {
        checkpoints = Checkpoints()
        position = min(floor, head.sequence)
        link = position == 0 ? .zero : position == head.sequence ? head.link : nil
        if let link, position > 0 { checkpoints.note(Head(sequence: position, link: link)) }
    }

    /// What lies between is no more to be read: what follows has no link to be held to, unless it is what
    /// the server stated.
    private mutating func stand(before first: UInt64) {
        checkpoints = Checkpoints()
        position = first - 1
        link = position == stated.sequence ? stated.link : nil
        if let link { checkpoints.note(Head(sequence: position, link: link)) }
    }

    // MARK: going on

    /// Reads on to `through`, or hands over what was held and is live.
    private mutating func proceed(to through: UInt64) -> [Action] {
        guard position >= through else {
            phase = .reading(through: through)
            return [.readHistory(after: position, through: through)]
        }
        var actions: [Action] = []
        let held = waiting
        dropWaiting()
        for event in held where event.event.sequence > position {
            if let fault = take(event, into: &actions) { return actions + broken(fault) }
        }
        if phase != .live {
            phase = .live
            actions.append(.caughtUp(Head(sequence: position, link: link ?? .zero)))
        }
        return actions
    }

    private mutating func take(_ event: HistoryEvent, into actions: inout [Action]) -> ReplicaFault? {
        let stored = event.event
        guard stored.room == room else { return .otherRoom }
        guard stored.sequence == position + 1 else {
            return .notDense(expected: position + 1, got: stored.sequence)
        }
        guard isWhole(stored) else { return .brokenChain(at: stored.sequence) }
        position = stored.sequence
        link = stored.link
        checkpoints.note(Head(sequence: position, link: stored.link))
        if let fault = contradiction() { return fault }
        if position > floor { actions.append(.deliver(event)) }
        return nil
    }

    /// The first event of a reader who began in the middle has nothing before it to be checked against: its
    /// link is held to by the events that follow and by the head that the server stated.
    private func isWhole(_ event: Event) -> Bool {
        guard let link else { return true }
        return DigestChain.verifies(event, after: Head(sequence: position, link: link), hashing: hashing)
    }

    private func contradiction() -> ReplicaFault? {
        guard position == stated.sequence, let link, link != stated.link else { return nil }
        return .otherHead(at: position)
    }

    private mutating func hold(_ event: HistoryEvent) {
        waiting.append(event)
        waitingBytes += event.event.content.count
    }

    private mutating func dropWaiting() {
        waiting = []
        waitingBytes = 0
    }

    private mutating func broken(_ fault: ReplicaFault) -> [Action] {
        phase = .broken
        dropWaiting()
        return [.fail(fault)]
    }
}
