import Native
import Reactor
import Synchronization

/// Clients on one loop, each of which sends its messages, a few at a time, and compares what comes back.
final class EchoClients: LoopApplication {
    /// What the test learns at the end.
    final class Outcome: Sendable {
        struct State {
            var finished = 0
            var messages = 0
            var mismatches = 0
            var reasons: [CloseReason] = []
            var received: [UInt8] = []
            var key: [UInt8]?
        }

        let state = Mutex(State())
        let done = Semaphore()
    }

    struct Plan: Sendable {
        var server: PeerAddress
        var security: ChannelSecurity
        var clients: Int
        var messages = 0
        /// Sent once by every client that has no messages.
        var opening: [UInt8] = []
        var readsNothing = false
        /// When it reads after all.
        var readsAfter: Duration?
    }

    private final class Client {
        var random: SplitMix
        var toSend: Int
        /// Sent and not yet back.
        var awaited: [UInt8] = []
        var pending: [UInt8] = []

        init(seed: UInt64, messages: Int) {
            random = SplitMix(state: seed)
            toSend = messages
        }

        func prepare() {
            guard toSend > 0 else { return }
            toSend -= 1
            let count = Int(random.next() % (random.next() % 20 == 0 ? 100_000 : 600)) + 1
            let first = UInt8(truncatingIfNeeded: random.next() % 200)
            for index in 0..<count { pending.append(first &+ UInt8(truncatingIfNeeded: index % 50)) }
        }
    }

    private let context: LoopContext
    private let plan: Plan
    private let outcome: Outcome

    init(_ context: LoopContext, plan: Plan, outcome: Outcome) {
        self.context = context
        self.plan = plan
        self.outcome = outcome
    }

    func received(_ letters: [Int], now: Instant) {
        for number in 0..<plan.clients {
            do throws(IOError) {
                let channel = try context.connect(to: plan.server, security: plan.security)
                channel.attachment = Client(seed: UInt64(number), messages: plan.messages)
            } catch {
                finish(.failed(error))
            }
        }
    }

    func channelOpened(_ channel: Channel) {
        guard plan.messages > 0 else {
            channel.write(plan.opening)
            if plan.readsNothing { channel.pauseReading() }
            if let pause = plan.readsAfter { channel.setDeadline(context.now + pause) }
            return
        }
        channel.requestFlush()
    }

    func channelWillFlush(_ channel: Channel) {
        guard let client = channel.attachment as? Client, plan.messages > 0 else { return }
        for _ in 0..<4 { client.prepare() }
        channel.write(client.pending)
        client.awaited += client.pending
        client.pending = []
    }

    func channelDeadline(_ channel: Channel, now: Instant) { channel.resumeReading() }

    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        guard let client = channel.attachment as? Client else { return }
        guard plan.messages > 0 else {
            let key = channel.exportKey(label: EchoApplication.keyLabel, count: 32)
            outcome.state.withLock { state in
                state.key = key
                for index in 0..<bytes.count { state.received.append(bytes[index]) }
            }
            return
        }
        var isSame = bytes.count <= client.awaited.count
        for index in 0..<bytes.count where isSame { isSame = bytes[index] == client.awaited[index] }
        if !isSame { outcome.state.withLock { $0.mismatches += 1 } }
        client.awaited.removeFirst(min(bytes.count, client.awaited.count))
        guard client.awaited.isEmpty else { return }
        if client.toSend > 0 { channel.requestFlush() } else { channel.close(afterFlush: true) }
    }

    func channelClosed(_ channel: Channel, _ reason: CloseReason) {
        if let client = channel.attachment as? Client, client.toSend == 0, client.awaited.isEmpty {
            outcome.state.withLock { $0.messages += plan.messages }
        }
        finish(reason)
    }

    private func finish(_ reason: CloseReason) {
        let isLast = outcome.state.withLock { state in
            state.finished += 1
            state.reasons.append(reason)
            return state.finished == plan.clients
        }
        if isLast { outcome.done.signal() }
    }

    /// Runs all clients of the plan to their end.
    static func run(_ plan: Plan, limits: LoopLimits = LoopLimits()) throws -> Outcome.State {
        let outcome = Outcome()
        let running = try RunningLoops([EventLoop<EchoClients>(limits: limits)], name: "clients") {
            EchoClients($0, plan: plan, outcome: outcome)
        }
        running.loops[0].postAlways(0)
        _ = outcome.done.wait(timeout: .seconds(100))
        running.stop()
        return outcome.state.withLock { $0 }
    }
}
