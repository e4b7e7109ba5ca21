import Chat
import Native
import Reactor
import Server
import Wire

/// The loops' turns, as `ClientLoop` has them over channels.
extension SimulatedServer {
    // MARK: turns

    /// Takes the letters that wait, and flushes.
    func loopTurn(_ loop: Int) -> [UInt8] {
        var letters: [LoopLetter] = []
        mailboxes[loop].take(into: &letters)
        for letter in letters {
            switch letter {
            case .committed(let items): for item in items { carryOut(item, loop) }
            case .answer(let id, let bytes): settle(connection(id, loop), bytes)
            case .page(let id, let bytes):
                connection(id, loop)?.isReadingHistory = false
                settle(connection(id, loop), bytes)
            case .login(let id, let request, let result):
                if let connection = connection(id, loop) { loggedIn(connection, request, result) }
            case .typing: judge.accuse(.progress, "somebody writes, and nobody here does")
            case .disconnectAll(let code, let detail):
                for connection in connections[loop] { connection.disconnect(code, detail) }
            }
        }
        return flush(loop)
    }

    /// Bytes of a client.
    func receive(_ bytes: [UInt8], _ connection: SimulatedConnection) -> [UInt8] {
        guard !connection.isClosing else { return [] }
        perform(connection.session.receive(bytes.span, now: now), connection)
        pump(connection)
        return flush(connection.address.loop)
    }

    /// Sessions and outboxes whose moment has come.
    func expire() {
        for connection in connections.joined() {
            if let action = connection.isClosing ? nil : connection.session.expire(now: now) {
                dice.count(.deadline)
                perform(action, connection)
            }
            if let deadline = connection.outbox.deadline(connection.policy), deadline.nanoseconds <= now {
                dice.count(.slowReader)
                connection.drop()
            }
        }
    }

    private func flush(_ loop: Int) -> [UInt8] {
        var written: [UInt8] = []
        for connection in connections[loop] {
            written += connection.flush(now: now, dice: dice)
            if connection.session.hasWornOutKeys, !connection.isClosing {
                dice.count(.keysOverdue)
                connection.disconnect(.rekeyOverdue)
                written += connection.flush(now: now, dice: dice)
            }
            if connection.socket.isCutByClient || connection.socket.isClosedByServer { close(connection) }
        }
        return written
    }

    private func close(_ connection: SimulatedConnection) {
        let loop = connection.address.loop
        if connection.session.isChangingKeys { dice.count(.keyChangeCut) }
        connection.drop()
        connections[loop].removeAll { $0 === connection }
        for room in connection.rooms.keys { forget(connection, in: room) }
        guard let person = connection.person?.id ?? connection.login?.login.person else { return }
        submitAlways(Envelope(origin: .connection(connection.address, person), request: 0, body: .detach))
    }

    // MARK: items

    private func carryOut(_ item: LoopItem, _ loop: Int) {
        switch item {
        case .event(let room, let head, let bytes):
            passed[loop][room] = head.sequence
            for connection in subscribers[loop][room] ?? [] {
                connection.enqueue(bytes, of: room, head: head, roomFor: gatherLimit)
            }
        case .message(let id, let bytes, let settles):
            if settles {
                settle(connection(id, loop), bytes)
            } else {
                connection(id, loop)?.enqueue(bytes)
            }
        case .subscribe(let id, let room, let head, let first, let bytes):
            guard let connection = connection(id, loop) else { return }
            if connection.rooms.updateValue(first, forKey: room) == nil {
                subscribers[loop][room, default: []].append(connection)
                passed[loop][room] = max(passed[loop][room] ?? 0, head)
            }
            settle(connection, bytes)
        case .unsubscribe(let id, let room, let bytes, let settles):
            guard let connection = connection(id, loop) else { return }
            connection.rooms[room] = nil
            connection.gaps[room] = nil
            forget(connection, in: room)
            connection.witness.unsubscribed(from: room)
            if settles { settle(connection, bytes) } else { connection.enqueue(bytes) }
        case .visible(let id, let room, let first):
            if let connection = connection(id, loop), connection.rooms[room] != nil {
                connection.rooms[room] = first
            }
        case .gap(let room, let head):
            passed[loop][room] = head.sequence
            for connection in subscribers[loop][room] ?? [] { connection.gaps[room] = head }
        case .presence(let rooms, let bytes):
            var told: Set<ConnectionAddress> = []
            for connection in rooms.flatMap({ subscribers[loop][$0] ?? [] })
            where told.insert(connection.address).inserted {
                connection.enqueue(bytes)
            }
        case .makeKey: judge.accuse(.progress, "a key is to be made, and nobody asked for one")
        case .search: judge.accuse(.progress, "something is to be looked for, and nobody asked")
        case .attached(let id, let request, let result):
            if let connection = connection(id, loop) { attached(connection, request, result) }
        case .disconnect(let id, let code, let detail): connection(id, loop)?.disconnect(code, detail)
        }
    }

    private func settle(_ connection: SimulatedConnection?, _ bytes: [UInt8]) {
        guard let connection else { return }
        connection.inFlight -= 1
        connection.enqueue(bytes)
        if connection.isStalled { pump(connection) }
    }

    func connection(_ id: ChannelID, _ loop: Int) -> SimulatedConnection? {
        connections[loop].first { $0.address.channel == id }
    }

    private func forget(_ connection: SimulatedConnection, in room: RoomID) {
        let loop = connection.address.loop
        subscribers[loop][room]?.removeAll { $0 === connection }
    }

    // MARK: login

    private func sayHello(_ connection: SimulatedConnection, _ greeting: Session.Greeting) {
        guard let share = greeting.share else { return judge.accuse(.sealed, "a client does not seal") }
        let exchange = sealing.makeExchange(share.group)
        let (hello, transcript) = SimulatedIdentity().hello(
            answering: greeting, channelBinding: connection.channelBinding, incarnation: incarnation,
            limits: limits, nonce: dice.bytes(ClientOffer.nonceBytes), share: exchange.share, now: wall)
        connection.enqueue(ServerMessageEncoder.encode(.hello(hello), request: greeting.request))
        connection.writeOut(now: now)
        guard let generation = exchange.agree(with: share, after: .hello(transcript)) else {
            return judge.accuse(.sealed, "two honest ends do not agree")
        }
        connection.session.helloSent(now: now, seal: Seal(side: .server, generation: generation))
    }

    private func authenticate(
        _ connection: SimulatedConnection, _ request: UInt64, _ method: Authentication
    ) {
        connection.inFlight += 1
        let busy = Refusal(.busy, retryAfter: limits.busyRetry)
        guard !dice.strikes(.loginBusy, onceIn: 40) else {
            return tellRefused(connection, request, busy)
        }
        let (id, mailbox) = (connection.address.channel, mailboxes[connection.address.loop])
        jobs.append { [unowned self] in
            mailbox.postAlways(.login(id, request: request, prove(method)))
        }
    }

    private func loggedIn(
        _ connection: SimulatedConnection, _ request: UInt64, _ result: Result<ProvenLogin, Refusal>
    ) {
        guard !connection.isClosing else { return }
        switch result {
        case .failure(let refusal): refuseLogin(connection, request, refusal)
        case .success(let login):
            connection.login = (request, login)
            let envelope = Envelope(
                origin: .connection(connection.address, login.person), request: request,
                body: .attach(
                    epoch: login.epoch, session: login.session, login.password, code: login.code))
            if !submit(envelope) {
                connection.login = nil
                refuseLogin(connection, request, Refusal(.busy, retryAfter: limits.busyRetry))
            }
        }
    }

    private func attached(
        _ connection: SimulatedConnection, _ request: UInt64, _ result: Result<Person, Refusal>
    ) {
        guard !connection.isClosing, let login = connection.login?.login else { return }
        connection.login = nil
        switch result {
        case .failure(let refusal): refuseLogin(connection, request, refusal)
        case .success(let person):
            connection.inFlight -= 1
            connection.person = person
            guard !access.isWithdrawn(login.session) || bug == .endedSessionLetIn else {
                dice.count(.endedLoginSentAway)
                return connection.disconnect(.sessionRevoked, "the session was closed")
            }
            connection.witness.person = person.id
            connection.witness.session = login.session
            connection.session.authenticated(now: now)
            let summary = PersonSummary(id: person.id, name: person.name.displayed)
            let answer = Login(person: summary, session: login.session, tokens: login.tokens)
            connection.enqueue(ServerMessageEncoder.encode(.authenticated(answer), request: request))
            pump(connection)
        }
    }

    private func refuseLogin(_ connection: SimulatedConnection, _ request: UInt64, _ refusal: Refusal) {
        tellRefused(connection, request, refusal)
        pump(connection)
    }

    private func tellRefused(_ connection: SimulatedConnection, _ request: UInt64, _ refusal: Refusal) {
        connection.inFlight -= 1
        guard !connection.isClosing else { return }
        perform(connection.session.authenticationRefused(refusal, now: now), connection)
    }

    /// What a connection missed, and what it has still to say, once its peer reads again.
    func drained(_ connection: SimulatedConnection) {
        if connection.isStalled, !connection.isClosing { pump(connection) }
    }

    // MARK: requests

    private func pump(_ connection: SimulatedConnection) {
        while !connection.isClosing {
            guard connection.mayTake(window: limits.window) || bug == .windowIgnored else {
                connection.isStalled = true
                return
            }
            let action = connection.session.next(now: now)
            if action == .needMoreBytes {
                connection.isStalled = false
                return
            }
            perform(action, connection)
        }
    }

    private func perform(
        _ action: Session.Action, _ connection: SimulatedConnection
    ) {
        switch action {
        case .needMoreBytes: break
        case .sayHello(let greeting): sayHello(connection, greeting)
        case .listProviders(let number):
            let offer = ProviderOffer(providers: [], challenge: [])
            connection.enqueue(ServerMessageEncoder.encode(.providerList(offer), request: number))
        case .authenticate(let request, let method): authenticate(connection, request, method)
        case .request(let number, let request): perform(request, number, connection)
        case .refuse(let number, let refusal): connection.enqueue(refused: refusal, number)
        case .announceDraining:
            connection.enqueue(ServerMessageEncoder.encode(.draining(reconnectAfter: limits.busyRetry)))
        case .changeKeys(let number, let share):
            if !connection.outbox.isEmpty { dice.count(.keysChangedBehindBacklog) }
            let answer = connection.session.answerRekey(request: number, share, by: sealing, now: now)
            perform(answer, connection)
        case .sayRekeyed(let number, let share): sayRekeyed(connection, number, share)
        case .keysChanged: dice.count(.keysChanged)
        case .close(let code, let detail):
            judge.require(code != .sealBroken, .sealed, "the server cannot open a frame")
            if code == .rekeyOverdue { dice.count(.keysOverdue) }
            connection.disconnect(code, detail)
        }
    }

    private func sayRekeyed(_ connection: SimulatedConnection, _ number: UInt64, _ share: SealShare) {
        connection.enqueue(ServerMessageEncoder.encode(.rekeyed(share), request: number))
        if bug == .keysSwitchedEarly { connection.session.switchKeys() }
        connection.writeOut(now: now)
        if bug != .keysSwitchedEarly { connection.session.switchKeys() }
    }

    private func perform(
        _ request: Request, _ number: UInt64, _ connection: SimulatedConnection
    ) {
        switch request {
        case .ping: connection.enqueue(ServerMessageEncoder.encode(.pong(wall), request: number))
        case .readHistory(let read): readHistory(read, number, connection)
        case .subscribe(let subscribe): self.subscribe(subscribe, number, connection)
        case .command(let command): submit(.command(command), number, connection)
        case .unsubscribe(let room): submit(.unsubscribe(room), number, connection)
        case .listRooms(let includePublic, let after):
            submit(.listRooms(includePublic: includePublic, after: after), number, connection)
        case .listMembers(let room, let after): submit(.listMembers(room, after: after), number, connection)
        case .showRoom(let room): submit(.detailRoom(room), number, connection)
        case .listBlocks: submit(.listBlocks, number, connection)
        case .setPresence(let presence): submit(.setPresence(presence), number, connection)
        case .endSession(let session): end(session, number, connection)
        // Nobody here asks for these.
        case .typing, .search, .listSessions, .nameSession, .makeKey, .beginFactor, .confirmFactor,
            .removeFactor,
            .renewRecoveryCodes, .makeInvite:
            connection.enqueue(refused: Refusal(.unknownSession), number)
        }
    }

    private func end(_ session: LoginSessionID, _ number: UInt64, _ connection: SimulatedConnection) {
        guard let person = connection.person?.id else {
            return judge.accuse(.ordered, "a request before the login")
        }
        let (id, mailbox) = (connection.address.channel, mailboxes[connection.address.loop])
        connection.inFlight += 1
        jobs.append { [unowned self] in
            let answer = end(session, of: person)
            mailbox.postAlways(.answer(id, ServerMessageEncoder.encode(answer, request: number)))
        }
    }

    private func submit(_ body: Envelope.Body, _ number: UInt64, _ connection: SimulatedConnection) {
        guard let person = connection.person else {
            return judge.accuse(.ordered, "a request before the login")
        }
        let origin = Envelope.Origin.connection(connection.address, person.id)
        if submit(Envelope(origin: origin, request: number, body: body)) {
            connection.inFlight += 1
        } else {
            connection.enqueue(refused: Refusal(.busy, retryAfter: limits.busyRetry), number)
        }
    }

    private func readHistory(_ read: HistoryRequest, _ number: UInt64, _ connection: SimulatedConnection) {
        guard let first = connection.rooms[read.room] else {
            return connection.enqueue(refused: Refusal(.notSubscribed), number)
        }
        guard !dice.strikes(.poolBusy, onceIn: 40) else {
            return connection.enqueue(refused: Refusal(.busy, retryAfter: limits.busyRetry), number)
        }
        let job = HistoryJob(
            reader: store.history, read: read, first: first,
            passed: passed[connection.address.loop][read.room] ?? 0, request: number, limits: limits)
        let (id, mailbox) = (connection.address.channel, mailboxes[connection.address.loop])
        connection.inFlight += 1
        connection.isReadingHistory = true
        jobs.append { mailbox.postAlways(.page(id, job.run())) }
    }

    private func subscribe(
        _ subscribe: SubscribeRequest, _ number: UInt64, _ connection: SimulatedConnection
    ) {
        guard let last = subscribe.held.map(\.sequence).max(), last > 0, case .id(let room) = subscribe.room
        else {
            let request = CheckedSubscription(room: subscribe.room, join: subscribe.joins)
            return submit(.subscribe(request), number, connection)
        }
        guard let person = connection.person else {
            return judge.accuse(.ordered, "a request before the login")
        }
        let origin = Envelope.Origin.connection(connection.address, person.id)
        let (id, mailbox, history) = (
            connection.address.channel, mailboxes[connection.address.loop], store.history
        )
        let busy = RefusalNotice(Refusal(.busy, retryAfter: limits.busyRetry))
        connection.inFlight += 1
        jobs.append { [unowned self] in
            if let common = try? HistoryJob.common(of: subscribe.held, in: room, reader: history) {
                let request = CheckedSubscription(
                    room: subscribe.room, join: subscribe.joins, lastHeld: last,
                    incarnation: bug == .resumedAsChanged ? nil : subscribe.incarnation, common: common)
                if submit(Envelope(origin: origin, request: number, body: .subscribe(request))) { return }
            }
            mailbox.postAlways(.answer(id, ServerMessageEncoder.encode(.refused(busy), request: number)))
        }
    }
}
