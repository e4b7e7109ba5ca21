import Native

/// What other threads may ask of any loop, whatever it runs.
enum LoopOrder: Sendable {
    case drain(within: Duration)
    case renewSecurity(ChannelSecurity, label: Int)
    case shed(bytes: Int, most: Int)
}

/// Orders, and the loop's end. Loop thread only.
extension LoopContext {
    func carryOut(_ order: LoopOrder) {
        switch order {
        case .drain(let time): apply(drain.begin(until: now + time))
        case .renewSecurity(let security, let label): renewSecurity(security, label: label)
        case .shed(let bytes, let most): shed(bytes: bytes, most: most)
        }
    }

    /// Those for whom most waits go first.
    private func shed(bytes: Int, most: Int) {
        let slow = table.all.filter(\.maySlowBeShed).sorted { $0.outboxBytes > $1.outboxBytes }
        var left = bytes
        for channel in slow.prefix(most) {
            guard left > 0 else { return }
            left -= channel.outboxBytes
            channel.shed()
        }
    }

    func apply(_ action: LoopDrain.Action) {
        switch action {
        case .nothing:
            break
        case .begin:
            isDraining = true
            listeners = []
            handler?.drainBegan()
        case .end:
            dropAll()
        }
    }

    /// Drops whoever is left; the application hears of each.
    func dropAll() {
        listeners = []
        for channel in table.all { channel.apply(channel.lifecycle.fail(.loopEnded)) }
        closeDeferred()
        ready = []
        dirty = []
    }
}
