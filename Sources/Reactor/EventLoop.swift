package import Native

/// The handle of one event loop: what other threads may hold and call.
///
/// Any thread, except `run`, which is the loop: it makes everything else on its own thread and keeps it
/// there. Ends with `drain` or `stop`; a loop that has ended takes no letters and is not run again.
package final class EventLoop<Application: LoopApplication>: Sendable {
    package let index: Int
    package let statistics = LoopStatistics()
    private let limits: LoopLimits
    private let listeners: [Listener]
    private let ledger: ConnectionLedger
    private let wakeUp: WakeUp
    private let letters: Mailbox<Application.Letter>
    private let orders: Mailbox<LoopOrder>

    /// - Parameter ledger: shared by the loops whose connections are counted together.
    package init(
        index: Int = 0, limits: LoopLimits = LoopLimits(), listeners: [Listener] = [],
        ledger: ConnectionLedger? = nil
    ) throws(IOError) {
        let wakeUp = try WakeUp()
        self.index = index
        self.limits = limits
        self.listeners = listeners
        self.ledger = ledger ?? ConnectionLedger(limits: limits)
        self.wakeUp = wakeUp
        letters = Mailbox(
            limits: Mailbox.Limits(letters: limits.mailboxLetters, bytes: limits.mailboxBytes), wakeUp: wakeUp
        )
        orders = Mailbox(limits: Mailbox.Limits(letters: 64, bytes: 0), wakeUp: wakeUp)
    }

    // MARK: any thread

    /// Posts a letter that counts for `bytes`. False, and nothing posted, when the mailbox is full or the
    /// loop has ended.
    package func post(_ letter: Application.Letter, bytes: Int = 0) -> Bool {
        letters.post(letter, bytes: bytes)
    }

    /// Posts what is bounded elsewhere. False only when the loop has ended.
    @discardableResult
    package func postAlways(_ letter: Application.Letter, bytes: Int = 0) -> Bool {
        letters.postAlways(letter, bytes: bytes)
    }

    /// Ends the loop in the order that `LoopDrain` states, within this time at most.
    package func drain(within time: Duration) { orders.postAlways(.drain(within: time)) }

    /// Ends the loop after the turn it is in; every channel is dropped.
    package func stop() { orders.postAlways(.drain(within: .zero)) }

    /// Memory is short: sends slow readers away, those for whom most waits first, until so many bytes are
    /// given up; no more than `most` of them, and nobody who is not congested.
    package func shed(bytes: Int, most: Int) { orders.postAlways(.shed(bytes: bytes, most: most)) }

    /// New connections of the listeners with this label are secured by this from now on.
    package func renewSecurity(_ security: ChannelSecurity, label: Int = 0) {
        orders.postAlways(.renewSecurity(security, label: label))
    }

    // MARK: the loop's thread

    /// Runs the loop on the calling thread until it has been drained.
    /// - Throws: what keeps the loop from starting or from waiting; its channels are gone then.
    package func run(_ makeApplication: (LoopContext) -> Application) throws(IOError) {
        let selector = try EpollSelector(wakeUp: wakeUp, capacity: limits.eventsOfATurn)
        var state = begin(selector: selector, makeApplication)
        defer { end(state) }
        for listener in listeners { try state.context.open(listener) }
        while state.context.drain.state != .ended { try turn(&state) }
    }

    /// What the loop's thread keeps between two turns.
    struct LoopState: ~Copyable {
        let context: LoopContext
        let application: Application
        var letters: [Application.Letter] = []
        var orders: [LoopOrder] = []
    }

    func begin(selector: any Selector, _ makeApplication: (LoopContext) -> Application) -> LoopState {
        let context = LoopContext(
            index: index, limits: limits, selector: selector, ledger: ledger, statistics: statistics)
        let application = makeApplication(context)
        context.handler = application
        return LoopState(context: context, application: application)
    }

    /// One turn. Its order is fixed: input before letters, so that a request and its answer may share a turn;
    /// timers after both, so that what has just arrived may move a deadline; writing last, so that everything
    /// the turn produced leaves with one system call a channel; closing at the very end, so that no list
    /// changes while it is walked.
    func turn(_ state: inout LoopState) throws(IOError) {
        let context = state.context
        try context.wait()
        context.performInput()
        takeLetters(&state)
        context.fireTimers()
        state.application.inputEnded(now: context.now)
        context.flushDirty()
        context.closeDeferred()
        state.application.turnEnded(now: context.now)
        context.apply(context.drain.turnEnded(now: context.now, channels: context.channelCount))
    }

    private func takeLetters(_ state: inout LoopState) {
        let context = state.context
        orders.take(into: &state.orders)
        for order in state.orders { context.carryOut(order) }
        state.orders.removeAll(keepingCapacity: true)
        letters.take(into: &state.letters)
        guard !state.letters.isEmpty else { return }
        statistics.add(1, to: .letterBatches)
        statistics.add(state.letters.count, to: .letters)
        state.application.received(state.letters, now: context.now)
        // A burst's memory is not kept: the two arrays of a mailbox change places for ever.
        state.letters.removeAll(keepingCapacity: state.letters.capacity <= 4_096)
    }

    /// Breaks the circle of context and application, on every way out.
    func end(_ state: borrowing LoopState) {
        letters.close()
        orders.close()
        state.context.dropAll()
        state.context.handler = nil
    }
}
