import Chat
import Native
import Reactor
import Security
import Wire

/// What clients ask, from the session machine to the threads that answer. Loop thread only.
extension ClientLoop {
    /// Takes what the session has to say until it needs more bytes, or the connection has all it may have
    /// under way.
    func pump(_ connection: Connection) {
        while !connection.isClosing {
            guard connection.mayTake(window: services.limits.window) else { return stall(connection) }
            let action = connection.session.next(now: context.now.nanoseconds)
            if action == .needMoreBytes { return resume(connection) }
            perform(action, connection)
        }
    }

    func perform(_ action: Session.Action, _ connection: Connection) {
        switch action {
        case .needMoreBytes: break
        case .sayHello(let greeting): sayHello(connection, greeting)
        case .listProviders(let request):
            let offer = services.providers?.offer() ?? ProviderOffer(providers: [], challenge: [])
            connection.enqueue(ServerMessageEncoder.encode(.providerList(offer), request: request))
        case .authenticate(let request, let authentication): authenticate(connection, request, authentication)
        case .request(let number, let request): perform(request, number, connection)
        case .refuse(let number, let refusal): connection.enqueue(refused: refusal, number)
        case .announceDraining:
            let pause = services.limits.busyRetry
            connection.enqueue(ServerMessageEncoder.encode(.draining(reconnectAfter: pause)))
        case .changeKeys(let number, let share):
            let answer = connection.session.answerRekey(
                request: number, share, by: sealing, now: context.now.nanoseconds)
            perform(answer, connection)
        case .sayRekeyed(let number, let share):
            connection.enqueue(ServerMessageEncoder.encode(.rekeyed(share), request: number))
            connection.writeOut(through: &bytesOfAFlush)
            connection.session.switchKeys()
        case .keysChanged: break
        case .close(let code, let detail):
            if code == .authenticationFailed { note(.authenticationFailed, connection) }
            end(connection, code, detail)
        }
    }

    /// By the client's fault, or that of whoever stands between.
    func end(_ connection: Connection, _ code: DisconnectCode, _ detail: String) {
        if code.showsTampering { note(.connectionTampered, connection, reason: code.name) }
        connection.disconnect(code, detail)
    }

    /// The peer has as much in flight as it may: what it sends stays in the kernel, which holds it back.
    private func stall(_ connection: Connection) {
        connection.isStalled = true
        connection.channel.pauseReading()
    }

    private func resume(_ connection: Connection) {
        guard connection.isStalled else { return }
        connection.isStalled = false
        connection.channel.resumeReading()
    }

    private func perform(_ request: Request, _ number: UInt64, _ connection: Connection) {
        // Before anything is spent on it, its rate too: this costs no more than the refusal.
        let missing = request.scope.subtracting(connection.scopes)
        guard missing.isEmpty else { return connection.enqueue(refused: .outOfScope(missing), number) }
        if let wait = rateLimit(request, connection) {
            let refusal = Refusal(.rateLimited, "too much in too short a time", retryAfter: wait)
            return connection.enqueue(refused: refusal, number)
        }
        switch request {
        case .ping:
            let now = Timestamp(milliseconds: WallClock.milliseconds())
            connection.enqueue(ServerMessageEncoder.encode(.pong(now), request: number))
        case .readHistory(let read):
            readHistory(read, number, connection)
        case .search(let search): self.search(search, number, connection)
        case .subscribe(let subscribe):
            subscribeAfterCheck(subscribe, number, connection)
        case .command(let command):
            submit(.command(command), number, connection)
        case .setPresence(let presence): submit(.setPresence(presence), number, connection)
        case .typing(let room): tellTyping(in: room, number, connection)
        case .unsubscribe(let room):
            submit(.unsubscribe(room), number, connection)
        case .listRooms(let includePublic, let after):
            submit(.listRooms(includePublic: includePublic, after: after), number, connection)
        case .listMembers(let room, let after):
            submit(.listMembers(room, after: after), number, connection)
        case .showRoom(let room): submit(.detailRoom(room), number, connection)
        case .listBlocks: submit(.listBlocks, number, connection)
        case .listSessions: ask(.list, number, connection)
        case .makeKey(let key): wishForKey(key, number, connection)
        case .endSession(let session): ask(.end(session), number, connection)
        case .beginFactor: offerFactor(number, connection)
        case .confirmFactor(let code): confirmFactor(code, number, connection)
        case .removeFactor(let credential): changeFactor(.remove, by: credential, number, connection)
        case .renewRecoveryCodes(let credential):
            changeFactor(.renewCodes, by: credential, number, connection)
        case .nameSession(let session, let name): ask(.name(session, name), number, connection)
        case .makeInvite(let invite): makeInvite(invite, number, connection)
        }
    }

    /// How long the request has to wait; `nil` to go on. Before anything is spent on it.
    private func rateLimit(_ request: Request, _ connection: Connection) -> Duration? {
        guard let person = connection.person?.id else { return nil }
        let (rates, now) = (services.rates, context.now.nanoseconds)
        switch request {
        case .command(.send(let message)):
            // Everybody's mark changes with it: that is worth as much as a great many words.
            let crowd = message.content.namesEveryone ? services.limits.bytesOfNamingAll : 0
            return rates.refuses(
                sendOf: message.content.bodyCount + crowd, by: person, in: message.room, &connection.buckets,
                now: now
            )
        case .command, .setPresence, .endSession, .nameSession, .makeKey, .beginFactor, .confirmFactor,
            .removeFactor,
            .renewRecoveryCodes, .makeInvite:
            return rates.refuses(changeBy: person, &connection.buckets, now: now)
        case .readHistory, .typing, .subscribe, .listRooms, .listMembers, .showRoom, .listBlocks,
            .listSessions:
            return rates.refuses(readBy: person, &connection.buckets, now: now)
        case .search: return rates.refuses(searchBy: person, &connection.buckets, now: now)
        // They cost no more than their refusal would.
        case .ping, .unsubscribe: return nil
        }
    }

    private func makeInvite(_ invite: InviteRequest, _ number: UInt64, _ connection: Connection) {
        let token = InviteToken.random(.newcomer)
        let order = InviteOrder(
            token: token.digest, uses: invite.uses,
            lifetime: invite.lifetime ?? services.limits.openInviteLifetime,
            makesAdministrator: invite.makesAdministrator, rooms: invite.rooms, role: invite.role)
        submit(.makeInvite(order, token: token.text), number, connection)
    }

    /// - Returns: false when it was refused.
    @discardableResult
    func submit(_ body: Envelope.Body, _ number: UInt64, _ connection: Connection) -> Bool {
        guard let person = connection.person else {
            preconditionFailure("ClientLoop: a request before the login")
        }
        let envelope = Envelope(
            origin: .connection(address(of: connection), person.id), request: number, body: body)
        guard services.sequencer.submit(envelope) else {
            refuseBusy(number, connection)
            return false
        }
        connection.inFlight += 1
        return true
    }

    /// About the person's own sessions.
    private func ask(_ question: SessionDesk.Question, _ number: UInt64, _ connection: Connection) {
        guard let person = connection.person else {
            preconditionFailure("ClientLoop: a request before the login")
        }
        let (id, post) = (connection.channel.id, post)
        let asker = SessionDesk.Asker(person: person, session: connection.loginSession)
        let audit = services.audit
        let isTaken = services.sessions.ask(question, asker) { answer in
            if case .end(let session) = question, answer == .done {
                let party = AuditParty.person(person.id)
                audit.note(
                    SecurityEvent(
                        .sessionClosed, at: Timestamp(milliseconds: WallClock.milliseconds()), by: party,
                        of: [party], ["session": .text(session.description)]))
            }
            post(.answer(id, ServerMessageEncoder.encode(answer, request: number)))
        }
        if isTaken { connection.inFlight += 1 } else { refuseBusy(number, connection) }
    }

    func refuseBusy(_ number: UInt64, _ connection: Connection) {
        connection.enqueue(refused: Refusal(.busy, retryAfter: services.limits.busyRetry), number)
    }

    /// Only what the connection follows is read: its subscription ends in the same turn as its right to read.
    private func readHistory(_ read: HistoryRequest, _ number: UInt64, _ connection: Connection) {
        guard let first = connection.rooms[read.room] else {
            return connection.enqueue(refused: Refusal(.notSubscribed), number)
        }
        let job = HistoryJob(
            reader: services.history, read: read, first: first, passed: subscribers[read.room]?.head ?? 0,
            request: number, limits: services.limits)
        let (id, post) = (connection.channel.id, post)
        if services.pool.submit({ post(.page(id, job.run())) }) {
            connection.inFlight += 1
            connection.isReadingHistory = true
        } else {
            refuseBusy(number, connection)
        }
    }

    /// What the client holds is compared with the history first, off the sequencer: history only grows, and
    /// goes only from its beginning on, so the answer still holds when the sequencer decides.
    private func subscribeAfterCheck(
        _ subscribe: SubscribeRequest, _ number: UInt64, _ connection: Connection
    ) {
        guard let last = subscribe.held.map(\.sequence).max(), last > 0, case .id(let room) = subscribe.room
        else {
            submit(
                .subscribe(
                    CheckedSubscription(
                        room: subscribe.room, join: subscribe.joins,
                        mayJoin: connection.scopes.contains(.join))),
                number, connection)
            return
        }
        guard let person = connection.person else {
            preconditionFailure("ClientLoop: a request before the login")
        }
        let origin = Envelope.Origin.connection(address(of: connection), person.id)
        let (id, post, sequencer, history) = (
            connection.channel.id, post, services.sequencer, services.history
        )
        let limits = services.limits
        let mayJoin = connection.scopes.contains(.join)
        let isTaken = services.pool.submit {
            var refusal = Refusal(.busy, retryAfter: limits.busyRetry)
            do throws(StorageError) {
                let request = CheckedSubscription(
                    room: subscribe.room, join: subscribe.joins, mayJoin: mayJoin, lastHeld: last,
                    incarnation: subscribe.incarnation,
                    common: try HistoryJob.common(of: subscribe.held, in: room, reader: history))
                let envelope = Envelope(origin: origin, request: number, body: .subscribe(request))
                if sequencer.submit(envelope) { return }
            } catch {
                // What cannot be read just now is no other history: the client asks again.
                refusal = error.refusal(limits)
            }
            post(.answer(id, ServerMessageEncoder.encode(.refused(RefusalNotice(refusal)), request: number)))
        }
        if isTaken { connection.inFlight += 1 } else { refuseBusy(number, connection) }
    }
}
