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
        case disconnected(Disconnection)
        case failed(SessionFault)
    }

    private enum State: Equatable {
        case awaitingHello
        /// Whose word it is to say who asks: `authenticate`.
        case identified
        case authenticating(UInt64)
        case ready
        case over
    }

    private let verifier: HelloVerifier
    private let cryptography: any HelloCryptography
    private var state = State.awaitingHello
    private var stream = ServerMessageStream(
        frameLimit: Limits.standard.frameBytes, maxMessages: Limits.standard.messagesInAFrame)
    private var frames: FrameEncoder
    private var nextRequest: UInt64 = 1
    private var server: VerifiedServer?

    /// `channelBinding` is TLS's exporter as RFC 9266 has it; empty where the channel has none.
    package init(agent: String, nonce: [UInt8], channelBinding: [UInt8], cryptography: any HelloCryptography)
    {
        let offer = ClientOffer(
            nonce: nonce, agent: agent, channelBinding: channelBinding.isEmpty ? .none : .tlsExporter)
        let bytes = offer.encoded()
        verifier = HelloVerifier(offer: offer, offerBytes: bytes, channelBinding: channelBinding)
        self.cryptography = cryptography
        frames = FrameEncoder(
            limit: Limits.standard.frameBytesBeforeAuthentication,
            maxMessages: Limits.standard.messagesInAFrame)
        _ = append(.hello(offer: bytes), request: 0)
    }

    package var isReady: Bool { state == .ready }

    // MARK: what is said

    /// What is to be written, whole frames; empty when nothing is.
    package mutating func takeOutput() -> [UInt8] { frames.finish() }

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
            state = .over
            return .disconnected(disconnection)
        }
        if case .unknown = message, request == 0 { return nil }
        switch state {
        case .awaitingHello: return takeHello(message, now: now)
        case .authenticating(let number): return takeLogin(message, request: request, expected: number)
        case .ready: return takeReady(message, request: request)
        case .identified, .over:
            preconditionFailure("ClientSession: a message was taken in a state that takes none")
        }
    }

    private mutating func takeHello(_ message: ServerMessage, now: Timestamp) -> Event {
        guard case .hello(let hello) = message else { return fail(.unexpected) }
        do throws(HelloError) {
            let server = try verifier.verify(hello, expected: nil, now: now, cryptography: cryptography)
            self.server = server
            state = .identified
            return .identified(server)
        } catch {
            return fail(.hello(error))
        }
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
        case .event, .gap, .unsubscribed, .room: return .notice(message)
        case .draining(let reconnectAfter): return .draining(reconnectAfter: reconnectAfter)
        case .hello, .authenticated, .pong, .disconnect, .refused, .sent, .subscribed, .historyPage,
            .roomList,
            .memberList, .done, .unknown:
            return fail(.unexpected)
        }
    }

    private mutating func fail(_ fault: SessionFault) -> Event {
        state = .over
        return .failed(fault)
    }
}
