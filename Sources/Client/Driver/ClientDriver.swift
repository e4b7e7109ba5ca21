package import Chat
package import Native
package import Reactor
import Sealing
import Security
import Wire

/// Runs clients on one event loop: one for the command line, thousands for a load generator.
///
/// Loop thread only, but for the letters: each is a piece of work that is done on the loop.
package final class ClientDriver: LoopApplication {
    package typealias Letter = @Sendable (ClientDriver) -> Void

    package let context: LoopContext
    let cryptography = NativeCryptography()
    let sealing = NativeSealing()
    let hashing = NativeHashing()
    var random = SecureRandom()

    // MARK: loop thread only

    private var clients: [ObjectIdentifier: DrivenClient] = [:]
    /// When those without a channel are due.
    private var waiting: [ObjectIdentifier: Duration] = [:]
    private var alarm: Duration?

    package init(context: LoopContext) { self.context = context }

    /// The loop's clock, as the machines take it.
    package var now: Duration { .nanoseconds(context.now.nanoseconds) }
    package var wallClock: Timestamp { Timestamp(milliseconds: WallClock.milliseconds()) }
    package var clientCount: Int { clients.count }
    /// The client of a loop that has one.
    var sole: DrivenClient? { clients.count == 1 ? clients.first?.value : nil }

    /// Makes a client and has it connect. It is kept until it has ended.
    @discardableResult
    package func add(
        _ plan: ConnectionPlan, configuration: ClientConfiguration, user: any ClientUser
    ) -> DrivenClient {
        let client = DrivenClient(
            plan: plan, configuration: configuration, user: user, seed: random.next(), driver: self)
        clients[ObjectIdentifier(client)] = client
        client.start()
        return client
    }

    // MARK: for the clients

    func connect(_ client: DrivenClient, to address: PeerAddress, security: ChannelSecurity) throws(IOError)
        -> Channel
    {
        let channel = try context.connect(to: address, security: security)
        channel.attachment = client
        return channel
    }

    func schedule(_ client: DrivenClient, at deadline: Duration?) {
        let id = ObjectIdentifier(client)
        if let channel = client.channel {
            waiting[id] = nil
            channel.setDeadline(deadline.map(Self.instant))
            return
        }
        waiting[id] = deadline
        guard let deadline, deadline < alarm ?? .nanoseconds(Int64.max) else { return }
        alarm = deadline
        context.setDeadline(Self.instant(deadline))
    }

    func forget(_ client: DrivenClient) {
        clients[ObjectIdentifier(client)] = nil
        waiting[ObjectIdentifier(client)] = nil
    }

    private static func instant(_ moment: Duration) -> Instant { Instant(nanoseconds: 0) + moment }

    // MARK: channels

    package func channelOpened(_ channel: Channel) { client(of: channel)?.opened() }

    package func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        client(of: channel)?.received(bytes)
    }

    package func channelWillFlush(_ channel: Channel) {}

    package func channelDrained(_ channel: Channel) { client(of: channel)?.drained() }

    package func channelDeadline(_ channel: Channel, now: Instant) { client(of: channel)?.timerFired() }

    package func channelClosed(_ channel: Channel, _ reason: CloseReason) {
        let client = client(of: channel)
        channel.attachment = nil
        client?.closed(reason)
    }

    package func deadlineReached(now: Instant) {
        alarm = nil
        let due = waiting.filter { $0.value <= self.now }
        for id in due.keys {
            waiting[id] = nil
            clients[id]?.timerFired()
        }
        // Whoever is not due yet, or was put off just now.
        guard let next = waiting.values.min(), next < alarm ?? .nanoseconds(Int64.max) else { return }
        alarm = next
        context.setDeadline(Self.instant(next))
    }

    package func drainBegan() { for client in clients.values { client.leave() } }

    package func received(_ letters: [Letter], now: Instant) { for letter in letters { letter(self) } }

    private func client(of channel: Channel) -> DrivenClient? { channel.attachment as? DrivenClient }
}
