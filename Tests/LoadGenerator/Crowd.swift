import Chat
import Native
import Reactor
import Sealing
import Wire

/// Thousands of clients on one event loop. What they do is an order at a time; the parts are in
/// `Crowd+Setup` and `Crowd+Load`.
///
/// The generator's loop only.
final class Crowd: LoopApplication {
    struct Plan: Sendable {
        var server: PeerAddress
        var security: ChannelSecurity
        var tokens: [String]
        var seals: Bool
        /// Never sleeps: a sleeping client charges the server for its wake-up. For a processor of its own.
        var spins: Bool
        /// Tells this generator's rooms and sends from those of earlier ones.
        var seed: UInt64
    }

    enum Task {
        case none
        case connecting(goal: Int)
        case gathering(GatherStep, waiting: Int)
        case loading
    }

    enum GatherStep { case create, join, subscribe }

    let context: LoopContext
    let plan: Plan
    let desk: CrowdDesk
    let sealing: NativeSealing?
    var clients: [LoadClient] = []
    var rooms: [LoadRoom] = []
    var task = Task.none
    var load: LoadRun?
    var opening = 0
    var started = 0
    var ready = 0
    var roomSize = 0
    var subscribes = false
    var gathering = 0
    var lastRequest: UInt64 = 0
    /// What ended the crowd's usefulness; every later order comes to this.
    var broken: String?

    init(_ context: LoopContext, plan: Plan, desk: CrowdDesk) {
        self.context = context
        self.plan = plan
        self.desk = desk
        sealing = plan.seals ? NativeSealing() : nil
    }

    func nextRequest() -> UInt64 {
        lastRequest += 1
        return lastRequest
    }

    func finish(_ outcome: Outcome = Outcome()) {
        task = .none
        load = nil
        context.setDeadline(nil)
        desk.report(outcome)
    }

    func fail(_ reason: String) {
        broken = broken ?? reason
        if case .none = task { return }
        var outcome = Outcome()
        outcome.failure = reason
        finish(outcome)
    }

    // MARK: the loop

    func received(_ letters: [Order], now: Instant) {
        for order in letters {
            if let broken {
                var outcome = Outcome()
                outcome.failure = broken
                desk.report(outcome)
                continue
            }
            switch order {
            case .connect(let count):
                task = .connecting(goal: ready + count)
                connectMore()
            case .gather(let size, let subscribe): gather(roomSize: size, subscribe: subscribe)
            case .send(let rate, let seconds): begin(LoadRun(rate: rate, seconds: seconds, seed: runSeed()))
            case .pour(let senders, let window, let seconds):
                begin(LoadRun(senders: senders, window: window, seconds: seconds, seed: runSeed()))
            }
        }
    }

    private func runSeed() -> UInt32 { UInt32(truncatingIfNeeded: plan.seed) &+ UInt32(nextRequest()) }

    func channelOpened(_ channel: Channel) {
        guard let client = channel.attachment as? LoadClient else { return }
        client.greet(request: nextRequest())
    }

    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        guard let client = channel.attachment as? LoadClient else { return }
        client.receive(bytes) { arrival in take(arrival, client) }
    }

    func channelWillFlush(_ channel: Channel) {}

    func channelClosed(_ channel: Channel, _ reason: CloseReason) {
        if case .loopEnded = reason { return }
        fail("a connection ended: \(reason)")
    }

    func deadlineReached(now: Instant) { if case .loading = task { work(now: MonotonicClock.now()) } }

    func turnEnded(now: Instant) {
        guard case .loading = task, plan.spins else { return }
        context.setDeadline(now)
    }

    private func take(_ arrival: Arrival, _ client: LoadClient) {
        switch arrival {
        case .sent(let request, let sequence, let send):
            acknowledged(client, request: request, sequence: sequence, send: send)
        case .event(let sequence, let stamp): delivered(client, sequence, stamp)
        case .other(let request, let message): answered(client, request, message)
        case .malformed: fail("the server sent what the protocol does not know")
        }
    }
}
