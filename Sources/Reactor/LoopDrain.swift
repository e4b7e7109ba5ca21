package import Native

/// How a loop ends, in a written order. Loop thread only, owned by one `LoopContext`.
///
/// 1. Nobody is accepted any more: the listeners close.
/// 2. The application is told, and says goodbye to its channels.
/// 3. The loop serves on, letters included, until the last channel has gone or the time is over.
/// 4. Whoever is left is dropped.
/// 5. The mailbox closes, and `EventLoop.run` returns.
package struct LoopDrain: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case serving
        case draining(until: Instant)
        case ended
    }

    package enum Action: Equatable, Sendable {
        case nothing
        /// Steps 1 and 2.
        case begin
        /// Steps 4 and 5.
        case end
    }

    package private(set) var state = State.serving

    package init() {}

    var deadline: Instant? {
        if case .draining(let until) = state { return until }
        return nil
    }

    /// Whether the loop must not sleep, because its next step needs no event.
    var mustAct: Bool { state == .ended }

    package mutating func begin(until deadline: Instant) -> Action {
        switch state {
        case .serving:
            state = .draining(until: deadline)
            return .begin
        case .draining(let until):  // a second request may only hasten it
            state = .draining(until: min(until, deadline))
            return .nothing
        case .ended:
            return .nothing
        }
    }

    /// Asked at the end of each turn.
    package mutating func turnEnded(now: Instant, channels: Int) -> Action {
        switch state {
        case .serving, .ended:
            return .nothing
        case .draining(let until):
            guard channels == 0 || now >= until else { return .nothing }
            state = .ended
            return .end
        }
    }
}
