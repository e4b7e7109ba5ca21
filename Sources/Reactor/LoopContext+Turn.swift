import Native

/// The steps of a turn, in the order in which `EventLoop.turn` takes them. Loop thread only.
extension LoopContext {
    /// Sleeps until there is something to do, and reads the clock: once for the whole turn.
    func wait() throws(IOError) {
        try selector.wait(timeout: sleepingTime())
        now = selector.now
        statistics.add(1, to: .turns)
    }

    /// Zero when somebody stopped early: the kernel will not tell again.
    private func sleepingTime() -> Duration? {
        guard ready.isEmpty, dirty.isEmpty, closing.isEmpty, !drain.mustAct else { return .zero }
        var earliest = wheel.nextExpiry
        func consider(_ deadline: Instant?) {
            if let deadline { earliest = min(earliest ?? deadline, deadline) }
        }
        consider(applicationDeadline)
        consider(drain.deadline)
        for listener in listeners where listener.mayAccept {
            guard let resumesAt = listener.resumesAt else { return .zero }
            consider(resumesAt)
        }
        // Time has passed since the last turn's reading; sleeping from there would oversleep by as much.
        return earliest.map { max(.zero, $0 - selector.now) }
    }

    /// Hands each edge to its owner, then gives every channel with input one read.
    func performInput() {
        for index in 0..<selector.eventCount { dispatch(selector.event(index)) }
        handshakeBudget = limits.handshakesOfATurn
        swap(&ready, &spare)
        for channel in spare {
            channel.isQueued = false
            channel.perform()
        }
        spare.removeAll(keepingCapacity: true)
        acceptWaiting()
    }

    private func dispatch(_ event: EpollEvents.Event) {
        let token = ChannelID(packed: event.token)
        if let channel = table[token] {
            channel.readiness.edge(
                readable: event.readiness.contains(.readable), writable: event.readiness.contains(.writable),
                peerFinished: event.readiness.contains(.peerFinished),
                broken: !event.readiness.isDisjoint(with: [.hungUp, .failed]))
            queue(channel)
        } else if token == .wakeUp {
            selector.clearWakeUp()
        } else if let index = token.listenerIndex {
            if index < listeners.count { listeners[index].mayAccept = true }
        } else {
            // The slot's channel was closed, perhaps another took its place: the event is not for it.
            statistics.add(1, to: .staleEvents)
        }
    }

    func fireTimers() {
        wheel.advance(to: now, into: &expired)
        for slot in expired { table[slot: slot]?.deadlinePassed() }
        expired.removeAll(keepingCapacity: true)
        if let deadline = applicationDeadline, deadline <= now {
            applicationDeadline = nil
            handler?.deadlineReached(now: now)
        }
    }

    /// One write a channel. Whoever asks for a flush from here on has it in the next turn.
    func flushDirty() {
        swap(&dirty, &spare)
        for channel in spare { channel.flush() }
        spare.removeAll(keepingCapacity: true)
    }

    /// Nothing closes while lists are walked; here everything does. A close may cause others, in the same
    /// walk.
    func closeDeferred() {
        var index = 0
        while index < closing.count {
            let channel = closing[index]
            index += 1
            wheel.disarm(channel.id.slot)
            table.remove(channel.id)
            channel.release()
            statistics.add(-1, to: .channels)
            if channel.listenerLabel != nil {
                ledger.release(channel.peer.address, wasAuthenticated: channel.isAuthenticated)
            }
        }
        closing.removeAll(keepingCapacity: true)
    }
}
