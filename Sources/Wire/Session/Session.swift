package import Chat

/// The server's half of one conversation: bytes in, one action out.
///
/// Owned by one connection, used on its loop's thread, dead after `.close`. Knows no socket, clock or store:
/// moments are nanoseconds of a monotonic clock, handed in. Protocol: docs/protocol.md, "Life of a
/// connection".
///
/// It holds what arrives while the server owes an answer (`.sayHello`, `.authenticate`): after `helloSent`,
/// `authenticated` and `authenticationRefused` call `next` again.
package struct Session: ~Copyable {
    package enum Action: Hashable, Sendable {
        case needMoreBytes
        /// Answer with the server's hello, then call `helloSent`.
        case sayHello(Greeting)
        /// Answer which identity providers there are; once a connection.
        case listProviders(request: UInt64)
        /// Find out whether it is true, then call `authenticated` or `authenticationRefused`.
        case authenticate(request: UInt64, Authentication)
        case request(UInt64, Request)
        case refuse(request: UInt64, Refusal)
        /// Tell the client that the server drains.
        case announceDraining
        /// The client begins to change keys: call `answerRekey`, and do what it answers.
        case changeKeys(request: UInt64, SealShare)
        /// Say `Rekeyed` with this share as the last message of a frame, have that frame sealed, then call
        /// `switchKeys`.
        case sayRekeyed(request: UInt64, SealShare)
        /// The client has changed keys too: nothing is to be done.
        case keysChanged
        /// Send a `Disconnect`, then close; the session is dead.
        case close(DisconnectCode, detail: String)
    }

    /// A client's hello that the server can answer.
    package struct Greeting: Hashable, Sendable {
        package let request: UInt64
        /// As the client encoded it: these bytes enter the transcript.
        package let offerBytes: [UInt8]
        package let offer: ClientOffer
        /// The greatest version that both speak.
        package let version: UInt32

        /// What the sealed layer is to be agreed by; `nil` for a client that does not seal.
        package var share: SealShare? { offer.keyShares.first }
    }

    let limits: Limits
    private let requiresSealing: Bool
    private var decoder: FrameDecoder
    var messages: FrameMessages?
    var state = State.awaitingHello
    /// The sealed layer, from the server's hello on, where the client has one.
    var seal: Seal?
    /// The client went on behind its hello in the same frame, and so unsealed.
    private var isHelloFollowed = false
    /// Asked once: a second answer would be work for nothing, before anybody has said who they are.
    private var hasListedProviders = false
    /// When bytes last came.
    var lastReceived: Int64
    /// Until when the client must be heard of; `nil` while it waits for the server.
    private var lifeDeadline: Int64?
    /// Until when a frame that has begun must go on; `nil` between frames.
    private var frameDeadline: Int64?
    /// Until when the client must have logged in; restarted by a wrong password.
    private var authenticationDeadline: Int64
    /// Until when the keys in use must have changed, or the client must have switched to the new ones.
    var keyDeadline: Int64?
    /// When a client that changed keys as often as it may would have none of that right used up.
    var rekeysPaidAt: Int64 = .min

    /// `requiresSealing`: whoever does not seal is sent away at the hello.
    package init(limits: Limits, requiresSealing: Bool = false, now: Int64) {
        self.limits = limits
        self.requiresSealing = requiresSealing
        decoder = FrameDecoder(limit: limits.frameBytesBeforeAuthentication)
        lastReceived = now
        authenticationDeadline = now.advanced(by: limits.handshakeDeadline)
        lifeDeadline = authenticationDeadline
    }

    package var isClosed: Bool { state.isClosed }

    /// When `expire` must be called, in nanoseconds; `nil` while the client waits for the server.
    package var deadline: Int64? {
        guard let lifeDeadline else { return nil }
        return min(
            lifeDeadline, frameDeadline ?? .max, state.isAuthenticated ? keyDeadline ?? .max : .max)
    }

    /// Logged in: commands are taken, or refused because the server drains.
    package var isAuthenticated: Bool { state.isAuthenticated }

    // MARK: what the client says

    /// Takes the bytes and answers the first action. Call `next` until it answers `.needMoreBytes`.
    package mutating func receive(_ bytes: Span<UInt8>, now: Int64) -> Action {
        state.requireOpen("receive")
        lastReceived = now
        decoder.append(bytes)
        return next(now: now)
    }

    /// One read may carry many frames, and a frame many messages. A driver that can take no more just stops
    /// asking.
    package mutating func next(now: Int64) -> Action {
        state.requireOpen("next")
        guard !state.owesAnAnswer else { return hold() }
        if isHelloFollowed { return close(.unexpected, "a message behind the hello in its frame") }
        // It runs only while the session waits for bytes: a client that is not read is not late.
        frameDeadline = nil
        do throws(FrameError) {
            guard let message = try nextMessage() else {
                if decoder.heldBytes > 0 { frameDeadline = now.advanced(by: limits.frameDeadline) }
                return .needMoreBytes
            }
            let action = act(on: ClientMessageDecoder.decode(message, limits: limits), now: now)
            return hasWornOutKeys && !state.isClosed ? overdue("its keys have sealed enough") : action
        } catch {
            return close(error.code, error.detail)
        }
    }

    private mutating func nextMessage() throws(FrameError) -> [UInt8]? {
        while true {
            if let message = try messages?.next() { return message }
            messages = nil
            guard let payload = try decoder.next(opening: &seal) else { return nil }
            // Only whole frames count as life: a byte a minute does not keep a connection.
            if state.isAuthenticated { lifeDeadline = lastReceived.advanced(by: limits.idleDeadline) }
            messages = FrameMessages(payload: payload, maxMessages: limits.messagesInAFrame)
        }
    }

    private mutating func act(on decoded: ClientMessageDecoder.Decoded, now: Int64) -> Action {
        let action = state.receive(decoded)
        switch action {
        case .close: end()
        case .sayHello(let greeting):
            guard greeting.share != nil || !requiresSealing else {
                return close(.sealingRequired, "this server speaks to clients that seal only")
            }
            lifeDeadline = nil
        case .listProviders:
            guard !hasListedProviders else { return close(.unexpected, "the providers were listed already") }
            hasListedProviders = true
        case .authenticate: lifeDeadline = nil
        case .changeKeys:
            if let fault = faultOfRekey { return close(.unexpected, fault) }
            guard payForRekey(now: now) else { return close(.rekeyTooOften, "keys change too often") }
        case .keysChanged: return clientSwitched()
        case .needMoreBytes, .request, .refuse, .announceDraining, .sayRekeyed: break
        }
        return action
    }

    /// The client may run ahead of an answer, but not far: what it sends is held until then.
    private mutating func hold() -> Action {
        let held = decoder.heldBytes + (messages?.remaining ?? 0)
        guard held > decoder.limit + FrameDecoder.headerBytes else {
            return .needMoreBytes
        }
        return close(.unexpected, "too much was sent ahead of the server's answer")
    }

    // MARK: what the server did

    /// The server's hello is on its way, in a frame that is not sealed. With a seal, every other frame is, of
    /// either side.
    package mutating func helloSent(now: Int64, seal: consuming Seal? = nil) {
        state.helloSent()
        authenticationDeadline = now.advanced(by: limits.authenticationDeadline)
        lifeDeadline = authenticationDeadline
        guard let seal = consume seal else { return }
        isHelloFollowed = messages?.remaining ?? 0 > 0
        self.seal = consume seal
        decoder.limit += SealedFrame.overhead
        keyDeadline = now.advanced(by: limits.generationDeadline)
    }

    /// The client is who it says. Larger frames are taken from now on.
    package mutating func authenticated(now: Int64) {
        state.authenticated()
        decoder.limit = limits.frameBytes + (isSealed ? SealedFrame.overhead : 0)
        lifeDeadline = now.advanced(by: limits.idleDeadline)
    }

    /// The client is not, or it could not be found out. Answers what to tell it: the refusal, or that this
    /// was the last of its tries.
    package mutating func authenticationRefused(_ refusal: Refusal, now: Int64) -> Action {
        let action = state.authenticationRefused(refusal, limits: limits)
        switch action {
        case .close: end()
        case .refuse:
            // Whoever is to try again is given the time for it.
            if LoginTries.isTry(refusal.code) || refusal.code == .secondFactorRequired {
                authenticationDeadline = now.advanced(by: limits.authenticationDeadline)
            }
            lifeDeadline = authenticationDeadline
        case .needMoreBytes, .sayHello, .listProviders, .authenticate, .request, .announceDraining,
            .changeKeys, .sayRekeyed,
            .keysChanged:
            preconditionFailure("a refused login is a refusal or the end")
        }
        return action
    }

    /// The server takes no new commands: who is logged in is told so, who is not is sent away.
    package mutating func drain() -> Action {
        let action = state.drain()
        if case .close = action { end() }
        return action
    }

    /// The server ended the connection by itself: a slow reader, a session revoked.
    package mutating func end() {
        state.end()
        lifeDeadline = nil
        frameDeadline = nil
        keyDeadline = nil
        messages = nil
    }

    /// Call when `deadline` has come. `nil` when there is nothing to do but to look at `deadline` again.
    package mutating func expire(now: Int64) -> Action? {
        guard let deadline, deadline <= now else { return nil }
        guard state.isAuthenticated else {
            return close(.handshakeTimeout, state.hasGreeted ? "no login in time" : "no hello in time")
        }
        if let keyDeadline, keyDeadline <= now { return overdue("its keys were not changed in time") }
        if let frameDeadline, frameDeadline <= now {
            let seconds = limits.frameDeadline.components.seconds
            return close(.idleTimeout, "half a frame, and nothing more for \(seconds) seconds")
        }
        // Not idle: the server has not got round to what the client sent.
        guard messages == nil else {
            lifeDeadline = now.advanced(by: limits.idleDeadline)
            return nil
        }
        return close(.idleTimeout, "nothing was heard for \(limits.idleDeadline.components.seconds) seconds")
    }

    private mutating func overdue(_ detail: String) -> Action { close(.rekeyOverdue, detail) }

    mutating func close(_ code: DisconnectCode, _ detail: String) -> Action {
        end()
        return .close(code, detail: detail)
    }
}

extension FrameError {
    /// What the peer is told.
    fileprivate var code: DisconnectCode {
        switch self {
        case .tooLarge: .frameTooLarge
        case .empty, .malformed: .malformed
        case .tooManyMessages: .tooManyRequests
        case .sealBroken: .sealBroken
        }
    }

    fileprivate var detail: String {
        switch self {
        case .tooLarge(let length, let limit): "a frame of \(length) bytes, where \(limit) are allowed"
        case .empty: "an empty frame"
        case .malformed: "a frame that is no sequence of messages"
        case .tooManyMessages(let limit): "more than \(limit) messages in a frame"
        case .sealBroken: "a frame that the keys do not open"
        }
    }
}

extension Int64 {
    func advanced(by duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return self + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
