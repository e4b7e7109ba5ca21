import Chat
import Client
import Native
import Reactor
import Sealing
import Security
import Wire

/// A server of one room on a loop of its own, over real TLS and with real signatures, that cuts connections
/// when the test says so. Everything is stored at once, in memory: what is tested is the client.
final class LoopbackServer: Sendable {
    static let identity = IdentityKey.generate(bits: 2_048)

    let address: PeerAddress
    private let loop: EventLoop<LoopbackRoom>
    private let thread: Native.Thread

    /// - Parameter cutEvery: after so many sends the connection is dropped: the event is stored, the ack is
    /// lost.
    init(cutEvery: Int) throws {
        let authority = try CertificateAuthority.create(name: "Client tests", permittedNames: ["localhost"])
        let leaf = try authority.issueLeaf(serverName: "localhost", days: 2)
        let security = ChannelSecurity.server(
            try TLSContext.server(
                certificateChain: leaf.certificateChain, privateKey: leaf.privateKey,
                protocols: [ProtocolVersion.applicationProtocol], tickets: TLSTicketKeys()))
        let listener = Listener(try ListeningSocket(address: .loopback, port: 0), security: security)
        let loop = try EventLoop<LoopbackRoom>(listeners: [listener])
        address = listener.address
        self.loop = loop
        thread = try Native.Thread.start(name: "loopback") {
            do throws(IOError) {
                try loop.run { _ in LoopbackRoom(cutEvery: cutEvery) }
            } catch {
                preconditionFailure("the loop fell over: \(error)")
            }
        }
    }

    func stop() {
        loop.stop()
        thread.join()
    }

    /// Anybody's certificate will do: the identity key is what counts.
    func plan() throws -> ConnectionPlan {
        try ConnectionPlan(addresses: [address], host: "localhost", trust: .system, fallsBack: true)
    }
}

/// The loopback server's room. Loop thread only.
final class LoopbackRoom: LoopApplication {
    typealias Letter = Int

    final class Guest {
        var decoder = FrameDecoder(limit: Limits.standard.frameBytes)
        var frames = FrameEncoder(limit: Limits.standard.frameBytes, maxMessages: 4_096)
        var follows = false
        var seal: Seal?
    }

    private let cutEvery: Int
    private var sends = 0
    private var history = SampleHistory(hashing: NativeHashing())
    private var receipts: [SendID: SendReceipt] = [:]
    private var guests: [ObjectIdentifier: Channel] = [:]
    private let key = CredentialKey.generate()
    private let sealing = NativeSealing()

    init(cutEvery: Int) { self.cutEvery = cutEvery }

    func channelOpened(_ channel: Channel) {
        channel.attachment = Guest()
        channel.markAuthenticated()
        guests[ObjectIdentifier(channel)] = channel
    }

    func channelClosed(_ channel: Channel, _ reason: CloseReason) { guests[ObjectIdentifier(channel)] = nil }
    func channelWillFlush(_ channel: Channel) {
        guard let guest = channel.attachment as? Guest, !guest.frames.isEmpty else { return }
        var bytes: [UInt8] = []
        guest.frames.finish(sealing: &guest.seal, into: &bytes)
        channel.write(bytes)
    }
    func received(_ letters: [Int], now: Instant) {}

    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        guard let guest = channel.attachment as? Guest else { return }
        guest.decoder.append(bytes)
        while let payload = try? guest.decoder.next(opening: &guest.seal) {
            var messages = FrameMessages(payload: payload, maxMessages: 4_096)
            while let message = try? messages.next() {
                guard
                    case .message(let body, let request) = ClientMessageDecoder.decode(
                        message, limits: .standard)
                else { return channel.close(afterFlush: false) }
                guard take(body, request, guest, channel) else { return channel.close(afterFlush: false) }
            }
        }
    }

    private func say(_ message: ServerMessage, _ request: UInt64, to channel: Channel) {
        (channel.attachment as? Guest)?.frames.append(ServerMessageEncoder.encode(message, request: request))
        channel.requestFlush()
    }

    /// False to cut the connection.
    private func take(_ message: ClientMessage, _ request: UInt64, _ guest: Guest, _ channel: Channel) -> Bool
    {
        switch message {
        case .hello(let offer): sayHello(to: offer, request, guest, channel)
        case .authenticate(.password(let user, _, _, _)):
            let person = PersonSummary(id: PersonID(high: 1, low: 1), name: user)
            say(
                .authenticated(Login(person: person, session: LoginSessionID(high: 1, low: 1))), request,
                to: channel)
        case .listProviders: return false
        case .authenticate(.token), .authenticate(.invite), .authenticate(.provider),
            .authenticate(.newcomer):
            say(.refused(RefusalNotice(Refusal(.wrongCredentials))), request, to: channel)
        case .goodbye, .rekey, .rekeyDone: return false
        case .request(.command(.send(let send))): return store(send, request, channel)
        case .request(.subscribe(let subscribe)):
            guest.follows = true
            let common = subscribe.held.first ?? .empty
            let room = RoomSummary(id: history.room, kind: .open, name: "hall", role: .member)
            say(
                .subscribed(Subscription(room: room, head: history.head, common: common)), request,
                to: channel)
        case .request(.unsubscribe):
            guest.follows = false
            say(.done, request, to: channel)
        case .request(.readHistory(let read)):
            let last = min(Int(read.through ?? .max), Int(read.after) + 16)
            let page = history.page(Int(read.after) + 1...last)
            say(
                .historyPage(HistoryPage(room: history.room, events: page, more: false)), request, to: channel
            )
        case .request: say(.done, request, to: channel)
        }
        return true
    }

    private func store(_ send: SendMessage, _ request: UInt64, _ channel: Channel) -> Bool {
        if let receipt = receipts[send.id] {
            say(.sent(receipt), request, to: channel)
            return true
        }
        sends += 1
        let content = ContentCodec().encode(send.content)
        let id = EventID(high: 9, low: UInt64(sends))
        let entry = history.append(content: content, id: id, sendID: send.id)
        let receipt = SendReceipt(
            room: history.room, send: send.id, sequence: entry.event.sequence, event: id, at: entry.event.at)
        receipts[send.id] = receipt
        for (_, other) in guests where (other.attachment as? Guest)?.follows == true {
            say(.event(entry), 0, to: other)
        }
        guard sends % cutEvery != 0 else {
            // Everybody is cut, readers too, with whatever was about to be written.
            for (_, other) in guests where other !== channel { other.close(afterFlush: false) }
            return false
        }
        say(.sent(receipt), request, to: channel)
        return true
    }

    private func sayHello(to offer: [UInt8], _ request: UInt64, _ guest: Guest, _ channel: Channel) {
        guard let share = ClientOffer(encoded: offer)?.keyShares.first else { return }
        let exchange = sealing.makeExchange(share.group)
        let server = ServerID(high: 3, low: 3)
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        let answer = ServerOffer(
            version: 1, server: server, incarnation: Incarnation(high: 1, low: 1), time: now,
            nonce: SecureRandom.bytes(count: 32), limits: StatedLimits(.standard), serverName: "loopback",
            agent: "test", keyShare: exchange.share)
        let credential = Credential(
            id: CredentialID(high: 1, low: 1), server: server, notBefore: now,
            notAfter: now.advanced(by: .seconds(60)), publicKey: key.publicPoint)
        let binding =
            channel.exportKey(label: ChannelBinding.exporterLabel, count: ChannelBinding.exporterBytes) ?? []
        let transcript = Transcript.signed(
            channelBinding: binding, clientOffer: offer, serverOffer: answer.encoded(),
            identityKey: LoopbackServer.identity.publicKey, credential: credential.encoded())
        let hello = ServerMessage.hello(
            ServerHello(
                offer: answer.encoded(), credential: credential.encoded(),
                credentialSignature: LoopbackServer.identity.sign(
                    Transcript.signed(credential: credential.encoded()).span),
                transcriptSignature: key.sign(transcript.span), identityKey: LoopbackServer.identity.publicKey
            ))
        // It leaves as it is; what follows does not.
        channel.write(FrameEncoder.frame(of: ServerMessageEncoder.encode(hello, request: request)))
        let past = SealPast.hello(NativeHashing().sha256(transcript))
        guest.seal = exchange.agree(with: share, after: past).map { Seal(side: .server, generation: $0) }
    }
}
