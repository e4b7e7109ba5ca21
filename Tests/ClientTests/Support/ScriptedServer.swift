import Chat
import Client
import Sealing
import Testing
import Wire

/// A client machine and the server that the test plays to it, message by message.
final class ScriptedServer {
    struct Heard: Equatable {
        let message: ClientMessage
        let request: UInt64
    }

    static let wallClock = Timestamp(milliseconds: 1_800_000_000_000)

    let machine: ClientMachine
    var identityKey: [UInt8] = [1, 2, 3]
    var limits = Limits.standard
    var incarnation = Incarnation(high: 1, low: 1)
    var now = Duration.zero
    /// What the machine told that is not for its driver.
    private(set) var told: [ClientAction] = []
    private(set) var heard: [Heard] = []
    private(set) var connects = 0
    private(set) var closes = 0
    private(set) var judged: [Digest] = []
    var judges = true
    /// Whether it answers with a share.
    var seals = true
    private var binding: [UInt8] = []
    private var offer: [UInt8] = []
    private var decoder = FrameDecoder(limit: Limits.standard.frameBytes)
    private let sealing = NativeSealing()
    private var seal: Seal?
    /// What follows from the hello that was made last.
    private var agreed: SealGeneration?

    init(_ change: (inout ClientConfiguration) -> Void = { _ in }) {
        var configuration = ClientConfiguration(
            agent: "test/1", logins: [.password(user: "ada", password: "secret")])
        configuration.backoff = Backoff(least: .milliseconds(100), most: .seconds(8))
        change(&configuration)
        machine = ClientMachine(
            configuration: configuration, cryptography: MixingCryptography(), sealing: NativeSealing(),
            hashing: MixingHash(), seed: 1)
    }

    // MARK: the driver's part

    /// Carries out what the machine wants, and keeps what it tells.
    func settle() {
        var actions = machine.takeActions()
        while !actions.isEmpty {
            for action in actions { carryOut(action) }
            actions = machine.takeActions()
        }
    }

    private func carryOut(_ action: ClientAction) {
        switch action {
        case .connect: connects += 1
        case .write(let bytes): hear(bytes)
        case .close: closes += 1
        case .judge(let server):
            judged.append(server.fingerprint)
            if judges { machine.trusted(wallClock: Self.wallClock, now: now) }
        default: told.append(action)
        }
    }

    private func hear(_ bytes: [UInt8]) {
        decoder.append(bytes.span)
        while let payload = try? decoder.next(opening: &seal) {
            var messages = FrameMessages(payload: payload, maxMessages: 4_096)
            while let message = try? messages.next() {
                guard
                    case .message(let body, let request) = ClientMessageDecoder.decode(
                        message, limits: limits)
                else {
                    Issue.record("the client wrote what the server refuses")
                    continue
                }
                if case .hello(let offer) = body { self.offer = offer }
                if case .rekeyDone = body { #expect(seal?.peerSwitched() == true) }
                heard.append(Heard(message: body, request: request))
            }
        }
    }

    func takeTold() -> [ClientAction] {
        defer { told = [] }
        return told
    }

    func takeHeard() -> [Heard] {
        defer { heard = [] }
        return heard
    }

    func accept(binding: [UInt8] = [UInt8](repeating: 9, count: 32)) {
        self.binding = binding
        decoder = FrameDecoder(limit: Limits.standard.frameBytes)
        seal = nil
        agreed = nil
        machine.connected(nonce: [UInt8](repeating: 7, count: 32), channelBinding: binding, now: now)
        settle()
    }

    func cut(_ reason: String = "cut") {
        machine.closed(reason, now: now)
        settle()
    }

    func advance(to moment: Duration) {
        now = moment
        machine.timerFired(now: now)
        settle()
    }

    func advanceToDeadline() { if let deadline = machine.deadline { advance(to: deadline) } }

    // MARK: the server's part

    func say(_ message: ServerMessage, request: UInt64 = 0) { say([(message, request)]) }

    func say(_ messages: [(ServerMessage, UInt64)]) {
        var frames = FrameEncoder(limit: Limits.standard.frameBytes, maxMessages: 4_096)
        for (message, request) in messages {
            frames.append(ServerMessageEncoder.encode(message, request: request))
        }
        var bytes: [UInt8] = []
        frames.finish(sealing: &seal, into: &bytes)
        if let agreed, case .hello? = messages.first?.0 {
            seal = Seal(side: .server, generation: agreed)
            self.agreed = nil
        }
        sayBytes(bytes)
    }

    /// In a frame of its own, as it leaves.
    func sealed(_ message: ServerMessage) -> [UInt8] {
        let bytes = ServerMessageEncoder.encode(message)
        return seal?.frame(of: bytes) ?? FrameEncoder.frame(of: bytes)
    }

    /// Answers the change of keys that the client has begun: this message, then the server's new key.
    func sayRekeyed(to share: SealShare) {
        guard let answer = seal?.answerRekey(share, by: sealing) ?? nil else {
            Issue.record("the client's share is none")
            return
        }
        let sealed = sealed(.rekeyed(answer))
        seal?.switchSending()
        sayBytes(sealed)
    }

    func sayBytes(_ bytes: [UInt8]) {
        machine.received(bytes.span, wallClock: Self.wallClock, now: now)
        settle()
    }

    func hello(signedBinding: [UInt8]? = nil, validFrom: Int64 = -1_000, at time: Timestamp = wallClock)
        -> ServerMessage
    {
        let server = ServerID(high: 3, low: 3)
        let share = ClientOffer(encoded: self.offer)?.keyShares.first
        let exchange = seals ? share.map { sealing.makeExchange($0.group) } : nil
        let offer = ServerOffer(
            version: 1, server: server, incarnation: incarnation, time: time,
            nonce: [UInt8](repeating: 8, count: 32), limits: StatedLimits(limits), serverName: "chat.example",
            agent: "test", keyShare: exchange?.share)
        let key = [UInt8](repeating: 4, count: 65)
        let credential = Credential(
            id: CredentialID(high: 1, low: 1), server: server,
            notBefore: Timestamp(milliseconds: Self.wallClock.milliseconds + validFrom),
            notAfter: Timestamp(milliseconds: Self.wallClock.milliseconds + 86_400_000), publicKey: key)
        let transcript = Transcript.signed(
            channelBinding: signedBinding ?? binding, clientOffer: self.offer, serverOffer: offer.encoded(),
            identityKey: identityKey, credential: credential.encoded())
        agreed = share.flatMap { exchange?.agree(with: $0, after: .hello(MixingHash().sha256(transcript))) }
        return .hello(
            ServerHello(
                offer: offer.encoded(), credential: credential.encoded(),
                credentialSignature: MixingCryptography.sign(
                    Transcript.signed(credential: credential.encoded()), key: identityKey),
                transcriptSignature: MixingCryptography.sign(transcript, key: key), identityKey: identityKey))
    }

    static let ada = PersonSummary(id: PersonID(high: 1, low: 1), name: "ada")

    /// Accepts, says hello, lets in; answers the login that was tried.
    @discardableResult
    func letIn(tokens: GivenTokens? = ScriptedServer.tokens(1)) -> Authentication? {
        accept()
        say(hello())
        guard case .authenticate(let login)? = heard.last?.message, let number = heard.last?.request else {
            return nil
        }
        heard = []
        say(.authenticated(Self.login(tokens)), request: number)
        return login
    }

    static func login(_ tokens: GivenTokens? = nil) -> Login {
        Login(person: ada, session: LoginSessionID(high: 1, low: 1), tokens: tokens)
    }

    /// `access-N` and `refresh-N`; the first is good for a quarter of an hour.
    static func tokens(_ number: Int) -> GivenTokens {
        GivenTokens(
            access: "access-\(number)", accessExpires: wallClock.advanced(by: .seconds(900)),
            refresh: "refresh-\(number)", refreshExpires: wallClock.advanced(by: .seconds(90_000)))
    }

    /// Starts the machine and lets it in.
    func begin() {
        machine.start(now: now)
        settle()
        letIn()
        told.removeAll { if case .ready = $0 { true } else { false } }
    }

    /// The number of the last request heard; 0 when none was.
    var lastRequest: UInt64 { heard.last?.request ?? 0 }

    var lastAsked: Request? {
        if case .request(let request)? = heard.last?.message { request } else { nil }
    }
}
