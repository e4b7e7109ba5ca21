import Glibc

@testable import Native
@testable import Reactor

/// A loop on a fake kernel, turned by hand.
struct FakeLoop: ~Copyable {
    let kernel = FakeSelector()
    let loop: EventLoop<RecordingApplication>
    let ledger: ConnectionLedger
    var state: EventLoop<RecordingApplication>.LoopState

    var application: RecordingApplication { state.application }
    var context: LoopContext { state.context }

    init(_ adjust: (inout LoopLimits) -> Void = { _ in }) throws {
        var limits = LoopLimits()
        adjust(&limits)
        ledger = ConnectionLedger(limits: limits)
        loop = try EventLoop(limits: limits, ledger: ledger)
        state = loop.begin(selector: kernel) { RecordingApplication($0) }
    }

    deinit {
        loop.end(state)
        state.application.forgetTest()
    }

    /// A port that only the fake kernel knows callers of.
    mutating func listen(security: ChannelSecurity = .plain) throws {
        let listener = Listener(
            try ListeningSocket(address: .loopback, port: 0), security: security, label: 7)
        try state.context.open(listener)
    }

    /// One turn, with these events.
    mutating func turn(_ events: [EpollEvents.Event] = []) throws {
        kernel.upcoming.append(events)
        try loop.turn(&state)
    }

    /// Lets so many plain connections in, one after the other, writable at once, and forgets how.
    mutating func accept(_ count: Int) throws {
        if context.listeners.isEmpty { try listen() }
        let before = kernel.tokens.count
        kernel.callers = Array(repeating: nil, count: count)
        try turn([EpollEvents.Event(token: ChannelID.listener(0).packed, readiness: .readable)])
        try turn((before..<kernel.tokens.count).map { kernel.edge($0, .writable) })
        _ = kernel.takeCalls()
        _ = application.takeEvents()
    }
}
