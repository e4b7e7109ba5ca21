package import Chat
package import Wire

/// One client without I/O: keeps a connection, logs in, resumes what it follows, sends again what was not
/// acknowledged.
///
/// Every input names the moment (`now`, on any monotonic clock); what is to be done is fetched with
/// `takeActions` after each input, and `deadline` says when `timerFired` is due. Owned by one thread; dead
/// after `.ended`.
package final class ClientMachine {
    private enum Link: Equatable {
        case idle
        case waiting(until: Duration)
        /// Connecting, or talking and not logged in yet.
        case entering(until: Duration)
        /// Not connected: whether the server is the right one, or which code lets in, is for a person to say,
        /// who may take longer to find out than a server waits.
        case judging
        case ready
        case ended
    }

    /// What an answer belongs to.
    enum Pending: Equatable {
        case send(SendID)
        case subscription(RoomTicket)
        case unsubscription(RoomTicket)
        case history(RoomTicket, after: UInt64, through: UInt64)
        case user(RequestTicket)
        /// How far a room was read.
        case reading(RoomID)
        case nobody
    }

    let configuration: ClientConfiguration
    let cryptography: any HelloCryptography
    let sealing: any SealCryptography
    let hashing: any Hashing
    var random: SplitMix
    private var backoff: Backoff
    private var link = Link.idle
    var session: ClientSession?
    private var actions: [ClientAction] = []

    private var entrance: Entrance

    // MARK: moments

    /// Since when the server has answered nothing that was asked of it; `nil` once it has.
    private var downSince: Duration?
    /// A server has answered and proved who it is: it is reachable, though it may be busy or restarting.
    private var hasBeenReached = false
    private var lastHeard = Duration.zero
    private var lastSaid = Duration.zero
    private var pinged: Duration?
    /// Since when a frame of the server's has been coming that is not whole. Any byte is a sign of life, but
    /// a frame that pretends to be longer than it is would swallow all that follows.
    private var frameSince: Duration?

    // MARK: what outlives a connection

    var rooms: [RoomTicket: FollowedRoom] = [:]
    var readings = Readings()
    /// How the user wants to be seen, once that was said: the first that a login asks.
    private var presence: Presence?
    var outgoing: Outgoing
    private var queued: [(ticket: RequestTicket, request: Request)] = []
    private var nextTicket: UInt64 = 1

    // MARK: what ends with a connection

    var pending: [UInt64: Pending] = [:]
    /// Who has asked for a room, by name or by id, and who has the subscription of an id: one each.
    var holders: [RoomReference: RoomTicket] = [:]
    /// When the server said that it drains: how long to wait before coming back.
    var draining: Duration?
    /// What was written waits on this side: sends wait too.
    var isCongested = false
    /// When the keys of the sealed layer are changed next, or until when the server must have answered.
    var rekeyDue: Duration?

    /// `seed` decides the jitter, and nothing secret.
    package init(
        configuration: ClientConfiguration, cryptography: any HelloCryptography,
        sealing: any SealCryptography, hashing: any Hashing, seed: UInt64
    ) {
        self.configuration = configuration
        self.cryptography = cryptography
        self.sealing = sealing
        self.hashing = hashing
        random = SplitMix(seed: seed)
        backoff = configuration.backoff
        entrance = Entrance(logins: configuration.logins, known: configuration.knownIdentity)
        outgoing = Outgoing(
            maxMessages: configuration.maxOutgoingMessages, maxBytes: configuration.maxOutgoingBytes)
    }

    package var isReady: Bool { link == .ready }
    package var hasEnded: Bool { link == .ended }
    /// Sends without an acknowledgement.
    package var unacknowledged: Int { outgoing.count }

    package func takeActions() -> [ClientAction] {
        defer { actions = [] }
        return actions
    }

    /// When `timerFired` is due; `nil` for not before the next input.
    package var deadline: Duration? {
        switch link {
        case .idle, .judging, .ended: return nil
        case .waiting(let until), .entering(let until): return until
        case .ready:
            var next = pinged.map { $0 + configuration.pongDeadline } ?? pingDue
            for room in rooms.values { if let pause = room.pause { next = min(next, pause) } }
            if let pause = outgoing.pause(at: lastMoment) { next = min(next, pause) }
            if let rekeyDue { next = min(next, rekeyDue) }
            if tellsReadings, let due = readings.due { next = min(next, due) }
            if let frameDue { next = min(next, frameDue) }
            return next
        }
    }

    private var lastMoment: Duration { max(lastHeard, lastSaid) }

    /// Half of the server's patience, so that one lost ping is not the end.
    private var pingDue: Duration {
        min(lastHeard, lastSaid) + max((server?.offer.limits.idle ?? .seconds(60)) / 2, .seconds(1))
    }

    private var frameDue: Duration? {
        frameSince.map { $0 + (server?.offer.limits.idle ?? .seconds(60)) + configuration.pongDeadline }
    }

    func tell(_ action: ClientAction) { actions.append(action) }
}

// MARK: - What happens to the connection

extension ClientMachine {
    package func start(now: Duration) {
        precondition(link == .idle, "ClientMachine.start: it was started before")
        downSince = now
        connect(now: now)
    }

    /// The connection stands. `nonce` is 32 bytes from a cryptographic source, `channelBinding` TLS's
    /// exporter (RFC 9266), or empty where the channel has none.
    package func connected(nonce: [UInt8], channelBinding: [UInt8], now: Duration) {
        guard case .entering = link else { return }
        session = ClientSession(
            agent: configuration.agent, nonce: nonce, channelBinding: channelBinding, known: entrance.known,
            cryptography: cryptography, sealing: sealing,
            asksProviders: configuration.asksProviders && !entrance.hasJudged)
        flush(now: now)
    }

    /// `wallClock` judges the validity of the server's credential.
    package func received(_ bytes: Span<UInt8>, wallClock: Timestamp, now: Duration) {
        guard session != nil else { return }
        lastHeard = now
        pinged = nil
        let before = session?.frameCount
        session?.receive(bytes)
        listen(wallClock: wallClock, now: now)
        if session?.isWithinFrame != true {
            frameSince = nil
        } else if frameSince == nil || session?.frameCount != before {
            frameSince = now
        }
        flush(now: now)
    }

    /// The server is the right one: log in, on a new connection if the one that was judged is gone. `logins`,
    /// unless empty, take the place of the configuration's.
    package func trusted(logins: [Authentication] = [], wallClock: Timestamp, now: Duration) {
        guard entrance.trust(logins: logins) else { return }
        guard link != .judging else {
            downSince = now
            return connect(now: now)
        }
        beginLogin(now: now)
        listen(wallClock: wallClock, now: now)
        flush(now: now)
    }

    /// The code that was asked for: log in with it, on a new connection if the one that needed it is gone.
    package func entered(code: String, now: Duration) {
        guard link != .ended, entrance.take(code: code) else { return }
        guard link != .judging else {
            downSince = now
            return connect(now: now)
        }
        authenticate(entrance.again(), now: now)
        flush(now: now)
    }

    package func distrusted(_ reason: String) { end(.distrusted(reason)) }

    /// The connection is gone, or could not be made.
    package func closed(_ reason: String, now: Duration) {
        // Who closes in good order ends what he says first.
        let isCut = session?.isWithinFrame == true
        switch link {
        case .entering, .ready: lose(isCut ? "\(reason) within a frame (frame_cut)" : reason, now: now)
        case .idle, .waiting, .judging, .ended: break
        }
    }

    /// The peer does not take what was written as fast as it is: nothing more is sent before `drained`.
    package func congested() { isCongested = isReady }

    /// Everything that was written has left.
    package func drained(now: Duration) {
        guard isCongested else { return }
        isCongested = false
        flush(now: now)
    }

    package func timerFired(now: Duration) {
        switch link {
        case .idle, .judging, .ended: return
        case .waiting(let until):
            if now >= until { connect(now: now) }
        case .entering(let until):
            if now >= until { drop("no answer in time", now: now) }
        case .ready:
            if let pinged, now >= pinged + configuration.pongDeadline {
                return drop("the server fell silent", now: now)
            }
            if let frameDue, now >= frameDue {
                return drop("half a frame came, and the rest not in time (frame_cut)", now: now)
            }
            if isRekeyOverdue(now) { return drop("the server did not change keys in time", now: now) }
            if pinged == nil, now >= pingDue {
                ask(.ping, for: .nobody)
                pinged = now
            }
            retryRooms(now: now)
            flush(now: now)
        }
    }

    /// Says goodbye and ends. What was not acknowledged is given up.
    package func leave(now: Duration) {
        if session != nil {
            if isReady { sayGoodbye() }
            flush(now: now)
        }
        end(nil)
    }

    private func connect(now: Duration) {
        link = .entering(until: now + configuration.loginDeadline)
        tell(.connect)
    }

    /// Loses the connection from this side.
    private func drop(_ reason: String, noLessThan: Duration = .zero, now: Duration) {
        tell(.close)
        lose(reason, noLessThan: noLessThan, now: now)
    }

    private func lose(_ reason: String, noLessThan: Duration = .zero, now: Duration) {
        let noLessThan = max(noLessThan, draining ?? .zero)
        forgetConnection()
        guard !entrance.awaitsPerson else {
            link = .judging
            return
        }
        let since = downSince ?? now
        downSince = since
        var next = now + backoff.next(noLessThan: noLessThan, random: &random)
        if let patience = hasBeenReached ? configuration.patience : configuration.firstPatience {
            guard now < since + patience else { return end(.unreachable(reason)) }
            // One last attempt when patience ends, however long the delay had grown.
            next = min(next, since + patience)
        }
        link = .waiting(until: next)
        tell(.offline(reason, nextAttempt: next))
    }

    private func forgetConnection() {
        session = nil
        pinged = nil
        frameSince = nil
        entrance.connectionLost()
        draining = nil
        isCongested = false
        rekeyDue = nil
        outgoing.connectionLost()
        readings.connectionLost()
        holders = [:]
        // The server has left with it what was still to be left.
        rooms = rooms.filter { !$0.value.isClosed }
        for ticket in rooms.keys { rooms[ticket]?.connectionLost() }
        let lost = pending.values.compactMap { if case .user(let ticket) = $0 { ticket } else { nil } }
        pending = [:]
        for ticket in lost.sorted(by: { $0.number < $1.number }) { tell(.unanswered(ticket)) }
    }

    private func end(_ failure: ClientFailure?) {
        guard link != .ended else { return }
        if case .entering = link { tell(.close) }
        if link == .ready { tell(.close) }
        forgetConnection()
        for entry in queued { tell(.unanswered(entry.ticket)) }
        queued = []
        link = .ended
        tell(.ended(failure))
    }
}

// MARK: - What the server says

extension ClientMachine {
    private func listen(wallClock: Timestamp, now: Duration) {
        while let event = session?.next(now: wallClock) {
            switch event {
            case .needMoreBytes: return
            case .identified(let server): identified(server, now: now)
            case .loggedIn(let login): loggedIn(login, now: now)
            case .loginRefused(let refusal): loginRefused(refusal, now: now)
            case .answer(let number, let message):
                // It serves: a login alone may be all that comes through.
                backoff.reset()
                downSince = nil
                answered(number, message, now: now)
            case .notice(let message): noticed(message, now: now)
            case .draining(let reconnectAfter): draining = reconnectAfter
            case .keysChanged: rekeyDue = nextRekey(after: now)
            case .disconnected(let farewell): disconnected(farewell, now: now)
            case .failed(.hello(let error)): end(.distrusted(SessionFault.hello(error).description))
            case .failed(let fault): drop(fault.description, now: now)
            }
        }
    }

    private func identified(_ server: VerifiedServer, now: Duration) {
        hasBeenReached = true
        guard !entrance.identified(server) else { return beginLogin(now: now) }
        if let providers = session?.providers { tell(.providers(providers, server.offer.server)) }
        tell(.judge(server))
    }

    private func beginLogin(now: Duration) { authenticate(entrance.begin(), now: now) }

    private func authenticate(_ login: Authentication, now: Duration) {
        // A password waits its turn in the server's hashing, one after the other.
        link = .entering(until: now + configuration.answerDeadline)
        guard session?.authenticate(login) == false else { return }
        end(.loginRefused(RefusalNotice(Refusal(.tooLarge, "name and password do not fit into a frame"))))
    }

    private func loggedIn(_ login: Login, now: Duration) {
        guard let server else { preconditionFailure("ClientMachine: a login without a hello") }
        if let name = configuration.expectedName,
            Name.uniqueForm(of: name) != Name.uniqueForm(of: login.person.name)
        {
            return end(.somebodyElse(expected: name, found: login.person.name))
        }
        entrance.accepted(login)
        link = .ready
        lastSaid = now
        rekeyDue = nextRekey(after: now)
        tell(.ready(login, server))
        if let presence { ask(.setPresence(presence), for: .nobody) }
        for entry in queued { ask(entry.request, for: .user(entry.ticket)) }
        queued = []
        askRooms()
    }

    private func loginRefused(_ refusal: RefusalNotice, now: Duration) {
        // Who has to wait for minutes is told, and asked for nothing meanwhile.
        if refusal.code == .rateLimited, refusal.retryAfter ?? .zero > configuration.longestLoginWait {
            return end(.loginRefused(refusal))
        }
        if refusal.mayRetry {
            return drop("login: \(refusal.text)", noLessThan: refusal.retryAfter ?? .zero, now: now)
        }
        if configuration.asksForCode, refusal.code == .secondFactorRequired || refusal.code == .wrongCode,
            entrance.refusedForCode()
        {
            return tell(.askCode(refusal))
        }
        guard let next = entrance.refused(refusal) else {
            return end(.loginRefused(entrance.refusal ?? refusal))
        }
        authenticate(next, now: now)
    }

    private func disconnected(_ farewell: Disconnection, now: Duration) {
        guard farewell.mayReconnect else {
            // Too many wrong logins: why the first was one says more.
            let refusal = farewell.code == .authenticationFailed ? entrance.refusal : nil
            return end(refusal.map { .loginRefused($0) } ?? .disconnected(farewell))
        }
        drop(farewell.text, noLessThan: farewell.reconnectAfter ?? .zero, now: now)
    }
}

// MARK: - What the user wants

extension ClientMachine {
    func takeTicketNumber() -> UInt64 {
        defer { nextTicket += 1 }
        return nextTicket
    }

    /// Opens a room: subscribes to it, now and after each reconnect, and tells its events from `start` on.
    /// With `follows` false the room is only looked up (and joined, if asked), so that one can send to it.
    package func open(
        _ room: RoomReference, from start: RoomReplica.Start, joins: Bool = false, follows: Bool = true,
        now: Duration
    ) -> RoomTicket {
        let ticket = RoomTicket(number: takeTicketNumber())
        rooms[ticket] = FollowedRoom(reference: room, joins: joins, follows: follows, start: start)
        if isReady {
            askRooms()
            flush(now: now)
        }
        return ticket
    }

    /// Ends following a room; nothing more of it is told.
    package func close(_ ticket: RoomTicket, now: Duration) {
        guard rooms[ticket] != nil else { return }
        closeRoom(ticket)
        askRooms()
        flush(now: now)
    }

    /// Keeps the message until it is acknowledged or refused. False when the bound on what is kept is
    /// reached.
    package func send(_ message: SendMessage, now: Duration) -> Bool {
        guard link != .ended, outgoing.append(message) else { return false }
        flush(now: now)
        return true
    }

    /// Asks once: the answer comes as `.answered`, or `.unanswered` when the connection is lost before.
    /// Before the login requests wait, up to a bound; beyond it `nil`.
    package func perform(_ request: Request, now: Duration) -> RequestTicket? {
        guard link != .ended, isReady || queued.count < configuration.maxQueuedRequests else { return nil }
        if case .setPresence(let wanted) = request { presence = wanted }
        let ticket = RequestTicket(number: takeTicketNumber())
        if isReady {
            ask(request, for: .user(ticket))
            flush(now: now)
        } else {
            queued.append((ticket, request))
        }
        return ticket
    }
}

// MARK: - Saying

extension ClientMachine {
    /// Only while ready.
    func ask(_ request: Request, for asker: Pending) {
        if let number = session?.request(request) {
            pending[number] = asker
            return
        }
        let refusal = RefusalNotice(Refusal(.tooLarge, "the request does not fit into a frame"))
        switch asker {
        case .send(let id):
            _ = outgoing.refuse(id, refusal, now: .zero)
            tell(.sendRefused(id, refusal))
        case .user(let ticket): tell(.answered(ticket, .refused(refusal)))
        case .subscription(let ticket): subscriptionRefused(ticket, refusal, now: .zero)
        case .unsubscription, .history, .reading, .nobody:
            preconditionFailure("ClientMachine: a request of fixed size does not fit")
        }
    }

    /// Takes what may be sent, and hands over everything that is to be written.
    func flush(now: Duration) {
        if isReady, draining == nil, !isCongested {
            let window = min(configuration.window, max(server?.offer.limits.window ?? 1, 1))
            let bytes = configuration.windowBytes
            while let message = outgoing.next(window: window, windowBytes: bytes, now: now) {
                ask(.command(.send(message)), for: .send(message.id))
            }
        }
        if isReady, tellsReadings { tellReadings(readings.take(now: now)) }
        rekeyIfDue(now)
        guard let bytes = session?.takeOutput(), !bytes.isEmpty else { return }
        lastSaid = now
        tell(.write(bytes))
    }

    /// The one that this client talks to, or talked to last.
    private var server: VerifiedServer? { entrance.server }

    var currentIncarnation: Incarnation? { server?.offer.incarnation }
    var statedPageEvents: Int { max(server?.offer.limits.historyPageEvents ?? 1, 1) }
}
