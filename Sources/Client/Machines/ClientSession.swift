package import Chat
package import Wire

/// The client's half of one connection: bytes in, one event out; requests in, bytes out.
///
/// Owned by one `ClientMachine`, dead after `.disconnected` or `.failed`. Knows no socket and no clock.
/// Protocol: docs/protocol.md, "Life of a connection".
package struct ClientSession: ~Copyable {
    package enum Event: Equatable, Sendable {
        case needMoreBytes
        /// The server has proved an identity. Nothing goes on before `authenticate`.
        case identified(VerifiedServer)
        case loggedIn(Login)
        /// `authenticate` may be called again, three times in all.
        case loginRefused(RefusalNotice)
        /// The answer to the request of this number.
        case answer(UInt64, ServerMessage)
        /// What the server says unasked: an event, a gap, the end of a subscription, a room.
        case notice(ServerMessage)
        case draining(reconnectAfter: Duration)
        /// Both ends use new keys.
        case keysChanged
        case disconnected(Disconnection)
        case failed(SessionFault)
    }

    private enum State: Equatable {
        case awaitingHello
        /// The server has proved an identity, and owes the list of identity providers.
        case listing(UInt64)
        /// Whose word it is to say who asks: `authenticate`.
        case identified
        case authenticating(UInt64)
        case ready
        case over
    }

    /// What the server said of identity providers, where it was asked.
    private(set) var providers: ProviderOffer?
    private let asksProviders: Bool
    private let verifier: HelloVerifier
    private let cryptography: any HelloCryptography
    private var state = State.awaitingHello
    private var stream = ServerMessageStream(
        frameLimit: Limits.standard.frameBytes, maxMessages: Limits.standard.messagesInAFrame)
    private var frames: FrameEncoder
    private var nextRequest: UInt64 = 1
    private var server: VerifiedServer?

    // MARK: the sealed layer

    private let sealing: any SealCryptography
    /// What was offered in the hello; none is kept once the server has chosen.
    private var exchanges: [any SealExchange]
    /// Frames that must leave before those that are sealed by other keys.
    private var finished: [UInt8] = []

    /// `channelBinding` is TLS's exporter as RFC 9266 has it; empty where the channel has none. `known` is
    /// the identity by which the server is known.
    package init(
        agent: String, nonce: [UInt8], channelBinding: [UInt8], known: KnownIdentity? = nil,
        cryptography: any HelloCryptography, sealing: any SealCryptography, asksProviders: Bool = false
    ) {
        self.asksProviders = asksProviders
        let exchanges = [SealGroup.x25519, .p256].map { sealing.makeExchange($0) }
        let offer = ClientOffer(
            nonce: nonce, agent: agent, channelBinding: channelBinding.isEmpty ? .none : .tlsExporter,
            keyShares: exchanges.map(\.share), knownIdentity: known?.fingerprint, exporter: channelBinding)
        let bytes = offer.encoded()
        verifier = HelloVerifier(
            offer: offer, offerBytes: bytes, channelBinding: channelBinding, known: known)
        self.cryptography = cryptography
        self.sealing = sealing
        self.exchanges = exchanges
        frames = FrameEncoder(
            limit: Limits.standard.frameBytesBeforeAuthentication,
            maxMessages: Limits.standard.messagesInAFrame)
        _ = append(.hello(offer: bytes), request: 0)
    }

    package var isReady: Bool { state == .ready }

    // MARK: what is said

    /// What is to be written, whole frames; empty when nothing is.
    package mutating func takeOutput() -> [UInt8] {
        finishFrames()
        defer { finished = [] }
        return finished
    }

    /// Ends the open frame, and seals what has gathered by the keys of the moment.
    private mutating func finishFrames() {
        guard !frames.isEmpty else { return }
        frames.finish(sealing: &stream.seal, into: &finished)
    }

    /// Says who asks. False when it does not fit into a frame: then nothing was said.
    package mutating func authenticate(_ authentication: Authentication) -> Bool {
        precondition(state == .identified, "ClientSession.authenticate: nobody asked")
        let number = takeNumber()
        guard append(.authenticate(authentication), request: number) else { return false }
        state = .authenticating(number)
        return true
    }

    /// Answers the request's number, under which `.answer` comes; `nil` when it does not fit into a frame.
    package mutating func request(_ request: Request) -> UInt64? {
        precondition(state == .ready, "ClientSession.request: not logged in")
        let number = takeNumber()
        return append(.request(request), request: number) ? number : nil
    }

    /// Begins to change keys. Only while ready and not changing them already.
    package mutating func rekey() {
        precondition(state == .ready && !isRekeying, "ClientSession.rekey: not now")
        guard let share = stream.seal?.beginRekey(.x25519, by: sealing) else { return }
        _ = append(.rekey(share), request: 0)
    }

    package var isRekeying: Bool { stream.isRekeying }
    /// As `ServerMessageStream` has them.
    var frameCount: UInt64 { stream.frameCount }
    var isWithinFrame: Bool { stream.isWithinFrame }
    /// Frames of the busier direction under the keys in use.
    package var framesOfGeneration: UInt64 { stream.framesOfGeneration }

    package mutating func goodbye() { _ = append(.goodbye, request: 0) }

    private mutating func takeNumber() -> UInt64 {
        defer { nextRequest += 1 }
        return nextRequest
    }

    private mutating func append(_ message: ClientMessage, request: UInt64) -> Bool {
        let bytes = ClientMessageEncoder.encode(message, request: request)
        guard bytes.count <= frames.limit else { return false }
        frames.append(bytes)
        return true
    }

    // MARK: what is heard

    package mutating func receive(_ bytes: Span<UInt8>) { stream.append(bytes) }

    /// Call until it answers `.needMoreBytes`: one read may carry many messages. `now` is the wall clock's.
    package mutating func next(now: Timestamp) -> Event {
        do throws(FrameError) {
            // Until somebody has judged the server, what it says is left where it is.
            while state != .identified, state != .over, let (request, message) = try stream.next() {
                if let event = take(message, request: request, now: now) { return event }
            }
            return .needMoreBytes
        } catch {
            return fail(.frame(error))
        }
    }

    /// `nil` for what is passed over.
    private mutating func take(_ message: ServerMessage, request: UInt64, now: Timestamp) -> Event? {
        if case .disconnect(let disconnection) = message {
            // Who has not proved that he is the server has nothing to say of logins.
            if state == .awaitingHello, disconnection.code?.isAfterHello == true { return fail(.unexpected) }
            state = .over
            return .disconnected(disconnection)
        }
        if case .unknown = message, request == 0 { return nil }
        switch state {
        case .awaitingHello: return takeHello(message, now: now)
        case .listing(let number): return takeProviders(message, request: request, expected: number)
        case .authenticating(let number): return takeLogin(message, request: request, expected: number)
        case .ready: return takeReady(message, request: request)
        case .identified, .over:
            preconditionFailure("ClientSession: a message was taken in a state that takes none")
        }
    }

    private mutating func takeHello(_ message: ServerMessage, now: Timestamp) -> Event? {
        guard case .hello(let hello) = message else { return fail(.unexpected) }
        do throws(HelloError) {
            let server = try verifier.verify(hello, expected: nil, now: now, cryptography: cryptography)
            try seal(server)
            self.server = server
            guard asksProviders else {
                state = .identified
                return .identified(server)
            }
            let number = takeNumber()
            _ = append(.listProviders, request: number)
            state = .listing(number)
            return nil
        } catch {
            return fail(.hello(error))
        }
    }

    /// From here on every frame is sealed, in both directions. A client that seals speaks to nobody who does
    /// not: what the network could negotiate away would protect against nobody.
    private mutating func seal(_ server: VerifiedServer) throws(HelloError) {
        guard let share = server.offer.keyShare else { throw .notSealed }
        let chosen = exchanges.first { $0.share.group == share.group }
        exchanges = []
        guard let generation = chosen?.agree(with: share, after: .hello(server.transcript)),
            stream.isAtEndOfFrame
        else { throw .malformed }
        finishFrames()
        stream.activate(Seal(side: .client, generation: generation))
        // A server with identity providers takes their tokens, which are long.
        frames.limit = min(
            max(server.offer.limits.frameBeforeAuthentication, frames.limit), Limits.standard.frameBytes)
    }

    /// The server changes keys with its next frame; this side with the frame after the one that says so.
    private mutating func takeRekeyed(_ share: SealShare) -> Event {
        guard stream.isAtEndOfFrame, stream.seal?.finishRekey(with: share) == true else {
            return fail(.unexpected)
        }
        _ = append(.rekeyDone, request: 0)
        finishFrames()
        stream.seal?.switchSending()
        return .keysChanged
    }

    private mutating func takeProviders(
        _ message: ServerMessage, request: UInt64, expected: UInt64
    ) -> Event {
        guard request == expected, case .providerList(let offer) = message, let server else {
            return fail(.unexpected)
        }
        providers = offer
        state = .identified
        return .identified(server)
    }

    private mutating func takeLogin(_ message: ServerMessage, request: UInt64, expected: UInt64) -> Event {
        guard request == expected else { return fail(.unexpected) }
        if case .refused(let refusal) = message {
            state = .identified
            return .loginRefused(refusal)
        }
        guard case .authenticated(let login) = message, let limits = server?.offer.limits else {
            return fail(.unexpected)
        }
        state = .ready
        frames.limit = min(
            max(limits.frame, Limits.standard.frameBytesBeforeAuthentication), Limits.standard.frameBytes)
        return .loggedIn(login)
    }

    private mutating func takeReady(_ message: ServerMessage, request: UInt64) -> Event {
        if request != 0 { return .answer(request, message) }
        switch message {
        case .rekeyed(let share): return takeRekeyed(share)
        case .event, .gap, .unsubscribed, .room, .readPosition, .presence, .typing: return .notice(message)
        case .draining(let reconnectAfter): return .draining(reconnectAfter: reconnectAfter)
        case .hello, .providerList, .authenticated, .pong, .disconnect, .refused, .sent, .subscribed,
            .historyPage, .roomList, .memberList, .blockList, .roomDetails, .searchResults, .sessionList,
            .keyMade, .factorOffer, .recoveryCodes, .inviteMade, .done, .unknown:
            return fail(.unexpected)
        }
    }

    private mutating func fail(_ fault: SessionFault) -> Event {
        state = .over
        return .failed(fault)
    }
}
