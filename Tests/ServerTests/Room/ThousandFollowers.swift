import Chat
import Native
import Reactor
import Synchronization
import Wire

/// Clients of one room on a loop of their own: the first sends, all of them follow.
final class ThousandFollowers: LoopApplication {
    enum Order: Sendable {
        case connect(tokens: [String])
        /// In one frame, so that the server reads them at once.
        case send(count: Int)
        /// From the first: when the answer is here, the server's loop has left the turns before behind.
        case ping
    }

    /// What the test waits for.
    final class Progress: Sendable {
        struct Counts {
            var following = 0
            var events = 0
            var acks = 0
            var pongs = 0
            var faults: [String] = []
        }

        private let counts = Mutex(Counts())
        private let changed = Semaphore()

        func change(_ body: (inout Counts) -> Void) {
            counts.withLock { body(&$0) }
            changed.signal()
        }

        /// - Returns: false when the time was over first.
        func wait(until holds: (Counts) -> Bool) -> Bool {
            while !counts.withLock({ holds($0) || !$0.faults.isEmpty }) {
                guard changed.wait(timeout: .seconds(60)) else { return false }
            }
            return current.faults.isEmpty
        }

        var current: Counts { counts.withLock { $0 } }
    }

    private final class Client {
        let token: String
        var stream = ServerMessageStream(
            frameLimit: Limits.standard.frameBytes, maxMessages: Limits.standard.messagesInAFrame)

        init(token: String) { self.token = token }
    }

    private let context: LoopContext
    private let server: PeerAddress
    private let room: RoomID
    private let progress: Progress
    private var first: Channel?
    private var lastRequest: UInt64 = 0

    init(_ context: LoopContext, server: PeerAddress, room: RoomID, progress: Progress) {
        self.context = context
        self.server = server
        self.room = room
        self.progress = progress
    }

    func received(_ letters: [Order], now: Instant) {
        for letter in letters {
            switch letter {
            case .connect(let tokens): for token in tokens { connect(token) }
            case .send(let count):
                var frames = FrameEncoder(limit: Limits.standard.frameBytes, maxMessages: count)
                for number in 0..<count {
                    let message = SendMessage(
                        room: room, id: SendID(high: 5, low: UInt64(number)), body: MessageBody(text: "hello")
                    )
                    frames.append(
                        ClientMessageEncoder.encode(.request(.command(.send(message))), request: next()))
                }
                first?.write(frames.finish())
            case .ping: if let first { say(.request(.ping), first) }
            }
        }
    }

    private func connect(_ token: String) {
        do throws(IOError) {
            let channel = try context.connect(to: server)
            channel.attachment = Client(token: token)
            first = first ?? channel
        } catch {
            progress.change { $0.faults.append("\(error)") }
        }
    }

    private func next() -> UInt64 {
        lastRequest += 1
        return lastRequest
    }

    private func say(_ message: ClientMessage, _ channel: Channel) {
        channel.write(FrameEncoder.frame(of: ClientMessageEncoder.encode(message, request: next())))
    }

    func channelOpened(_ channel: Channel) {
        let offer = ClientOffer(
            nonce: SecureRandom.bytes(count: ClientOffer.nonceBytes), agent: "test", channelBinding: .none)
        say(.hello(offer: offer.encoded()), channel)
    }

    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        guard let client = channel.attachment as? Client else { return }
        client.stream.append(bytes)
        do throws(FrameError) {
            while let (_, message) = try client.stream.next() { take(message, channel, client) }
        } catch {
            progress.change { $0.faults.append("\(error)") }
        }
    }

    private func take(_ message: ServerMessage, _ channel: Channel, _ client: Client) {
        switch message {
        case .hello: say(.authenticate(.token(client.token)), channel)
        case .authenticated: say(.request(.subscribe(SubscribeRequest(room: .id(room)))), channel)
        case .subscribed: progress.change { $0.following += 1 }
        case .event: progress.change { $0.events += 1 }
        case .sent: progress.change { $0.acks += 1 }
        case .pong: progress.change { $0.pongs += 1 }
        case .presence, .readPosition: break
        default: progress.change { $0.faults.append("\(message)") }
        }
    }

    func channelWillFlush(_ channel: Channel) {}

    func channelClosed(_ channel: Channel, _ reason: CloseReason) {
        if reason == .loopEnded { return }
        progress.change { $0.faults.append("\(reason)") }
    }
}
