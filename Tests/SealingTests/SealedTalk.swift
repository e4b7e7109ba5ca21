import Chat
import Sealing
import Wire

/// A session that has said hello, and the client's sealed end of it.
final class SealedTalk {
    let sealing = NativeSealing()
    var session: Session
    var client: Seal
    private let seals: Bool
    private var decoder = FrameDecoder(limit: Limits.standard.frameBytes + SealedFrame.overhead)

    /// - Parameter behindHello: a message that the client puts into the hello's frame.
    init(limits: Limits = .standard, seals: Bool = true, behindHello: [UInt8] = []) {
        let (ours, theirs) = (sealing.makeExchange(.x25519), sealing.makeExchange(.x25519))
        guard let client = ours.agree(with: theirs.share, after: .hello(.zero)),
            let server = theirs.agree(with: ours.share, after: .hello(.zero))
        else { preconditionFailure("two honest ends agree") }
        self.seals = seals
        self.client = Seal(side: .client, generation: client)
        session = Session(limits: limits, requiresSealing: seals, now: 0)
        let hello = Self.hello(shares: seals ? [ours.share] : [], behind: behindHello)
        guard case .sayHello = session.receive(hello.span, now: 0) else {
            preconditionFailure("a hello is answered")
        }
        if seals {
            session.helloSent(now: 0, seal: Seal(side: .server, generation: server))
        } else {
            session.helloSent(now: 0)
        }
    }

    static func hello(shares: [SealShare], behind: [UInt8] = []) -> [UInt8] {
        let offer = ClientOffer(
            nonce: [UInt8](repeating: 5, count: 32), agent: "tests/1", channelBinding: .none,
            keyShares: shares)
        let message = ClientMessageEncoder.encode(.hello(offer: offer.encoded()), request: 1)
        return FrameEncoder.frame(of: message + behind)
    }

    var isClosed: Bool { session.isClosed }
    var hasWornOutKeys: Bool { session.hasWornOutKeys }
    var deadline: Int64? { session.deadline }
    var anyShare: SealShare { sealing.makeExchange(.x25519).share }

    func next() -> Session.Action { session.next(now: 0) }
    func drain() -> Session.Action { session.drain() }
    func expire(now: Int64) -> Session.Action? { session.expire(now: now) }
    /// In a frame of its own.
    func fromServer(_ message: [UInt8]) -> [UInt8] {
        var frames = FrameEncoder(of: message)
        var bytes: [UInt8] = []
        session.seal(&frames, into: &bytes)
        return bytes
    }

    func logIn() {
        guard case .authenticate = say(.authenticate(.token("t")), 2) else {
            preconditionFailure("a login is looked into")
        }
        session.authenticated(now: 0)
    }

    /// In a frame of its own.
    func seal(_ message: ClientMessage, _ request: UInt64) -> [UInt8] {
        let bytes = ClientMessageEncoder.encode(message, request: request)
        return seals ? client.frame(of: bytes) : FrameEncoder.frame(of: bytes)
    }

    func say(_ message: ClientMessage, _ request: UInt64, now: Int64 = 0) -> Session.Action {
        receive(seal(message, request), now: now)
    }

    func receive(_ bytes: [UInt8], now: Int64 = 0) -> Session.Action {
        session.receive(bytes.span, now: now)
    }

    /// The request's number that the client reads in what the server says.
    func hear(_ message: ServerMessage, _ request: UInt64) -> UInt64? {
        decoder.append(fromServer(ServerMessageEncoder.encode(message, request: request)).span)
        guard let sealed = try? decoder.next(), let payload = try? client.open(sealed.span) else {
            return nil
        }
        var messages = FrameMessages(payload: payload, maxMessages: 1)
        guard let message = try? messages.next() else { return nil }
        return try? ServerMessageDecoder.decode(message).request
    }

    /// Up to the server's new key, which the client knows then.
    func beginRekey(now: Int64) -> Bool {
        let share = client.beginRekey(.x25519, by: sealing)
        guard case .changeKeys(let number, share) = say(.rekey(share), 0, now: now),
            case .sayRekeyed(number, let answer) = session.answerRekey(
                request: number, share, by: sealing, now: now)
        else { return false }
        guard hear(.rekeyed(answer), 0) == 0 else { return false }
        session.switchKeys()
        return client.finishRekey(with: answer)
    }

    /// A whole change of keys.
    func changeKeys(now: Int64) -> Bool {
        guard beginRekey(now: now), say(.rekeyDone, 0, now: now) == .keysChanged else { return false }
        client.switchSending()
        return !session.isChangingKeys
    }
}
