import Native
import Reactor

/// Sends back what it hears. What a channel owes is gathered and leaves with its flush.
final class EchoApplication: LoopApplication {
    final class Owed {
        var bytes: [UInt8] = []
        var isFlooded = false
    }

    /// A channel whose first byte is this is written to without end.
    static let flood: UInt8 = 0xff
    /// A channel whose first byte is this is told its exported key, and closed.
    static let askForKey: UInt8 = 0xfe
    /// The last byte for a slow reader.
    static let tooSlow: UInt8 = 0xfd
    static let keyLabel = "EXPORTER-Reactor-Tests"

    init(_ context: LoopContext) {}

    func channelOpened(_ channel: Channel) {
        channel.attachment = Owed()
        channel.markAuthenticated()
    }

    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        guard let owed = channel.attachment as? Owed else { return }
        if bytes[0] == Self.flood { owed.isFlooded = true }
        if bytes[0] == Self.askForKey {
            owed.bytes = channel.exportKey(label: Self.keyLabel, count: 32) ?? []
            return channel.close(afterFlush: true)
        }
        owed.bytes.append(bytes)
        channel.requestFlush()
        if channel.isCongested { channel.pauseReading() }
    }

    func channelWillFlush(_ channel: Channel) {
        guard let owed = channel.attachment as? Owed else { return }
        if owed.isFlooded && !channel.isCongested {
            channel.write([UInt8](repeating: 1, count: 512 * 1_024))
            channel.requestFlush()
        }
        guard !owed.bytes.isEmpty else { return }
        channel.write(owed.bytes)
        owed.bytes.removeAll(keepingCapacity: true)
    }

    func channelDrained(_ channel: Channel) { channel.resumeReading() }
    func channelTooSlow(_ channel: Channel) { channel.write([Self.tooSlow]) }
    func channelClosed(_ channel: Channel, _ reason: CloseReason) {}
    func received(_ letters: [Int], now: Instant) {}
    func drainBegan() {}
}

/// Loops of one kind on threads of their own.
struct RunningLoops<Application: LoopApplication> {
    let loops: [EventLoop<Application>]
    private let threads: [Thread]

    init(
        _ loops: [EventLoop<Application>], name: String,
        _ makeApplication: @escaping @Sendable (LoopContext) -> Application
    ) throws {
        self.loops = loops
        threads = try loops.map { loop in
            try Thread.start(name: "\(name)-\(loop.index)") {
                do throws(IOError) {
                    try loop.run(makeApplication)
                } catch {
                    preconditionFailure("a loop fell over: \(error)")
                }
            }
        }
    }

    func stop() {
        for loop in loops { loop.stop() }
        for thread in threads { thread.join() }
    }

    func drain(within time: Duration) {
        for loop in loops { loop.drain(within: time) }
        for thread in threads { thread.join() }
    }
}

/// An echo server on a port of its own.
struct EchoServer {
    let running: RunningLoops<EchoApplication>
    let address: PeerAddress
    let ledger: ConnectionLedger

    init(loops count: Int, security: ChannelSecurity, limits: LoopLimits = LoopLimits(), name: String) throws
    {
        let ledger = ConnectionLedger(limits: limits)
        var port: UInt16 = 0
        var loops: [EventLoop<EchoApplication>] = []
        for index in 0..<count {
            let listener = Listener(try ListeningSocket(address: .loopback, port: port), security: security)
            port = listener.address.port
            loops.append(try EventLoop(index: index, limits: limits, listeners: [listener], ledger: ledger))
        }
        address = PeerAddress(.loopback, port: port)
        self.ledger = ledger
        running = try RunningLoops(loops, name: name) { EchoApplication($0) }
    }
}
