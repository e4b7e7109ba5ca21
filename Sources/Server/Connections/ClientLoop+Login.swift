import Chat
import Logging
import Native
import Reactor
import Security
import Wire

/// Hello and login: proved on other threads, accepted by the sequencer. Loop thread only.
extension ClientLoop {
    func sayHello(_ connection: Connection, _ greeting: Session.Greeting) {
        services.log.debug("hello from \(greeting.offer.agent.debugDescription)")
        let channel = connection.channel
        let binding = services.hello.channelBinding(
            of: greeting.offer,
            exported: {
                channel.exportKey(label: ChannelBinding.exporterLabel, count: ChannelBinding.exporterBytes)
                    ?? []
            }, from: channel.peer.address)
        guard let binding else {
            return end(connection, .bindingMismatch, "TLS ends in between, in no trusted proxy")
        }
        guard !services.hello.isRepeated(greeting.offer, now: context.now.nanoseconds) else {
            return end(connection, .helloRepeated, "the nonce of this hello came before")
        }
        guard let answer = services.hello.answer(greeting, channelBinding: binding, sealing: sealing) else {
            return connection.disconnect(.malformed, "the key share is no public key of its group")
        }
        connection.enqueue(ServerMessageEncoder.encode(.hello(answer.hello), request: greeting.request))
        // The hello leaves as it is; what is framed after it does not.
        connection.writeOut(through: &bytesOfAFlush)
        guard let generation = answer.generation else {
            return connection.session.helloSent(now: context.now.nanoseconds)
        }
        connection.session.helloSent(
            now: context.now.nanoseconds, seal: Seal(side: .server, generation: generation))
    }

    func authenticate(_ connection: Connection, _ request: UInt64, _ method: Authentication) {
        connection.inFlight += 1
        connection.claim = LoginClaim(method)
        let (id, post) = (connection.channel.id, post)
        let attempt = LoginAttempt(method, from: connection.channel.peer.address, now: context.now)
        let refusal = services.login.prove(attempt) { result in
            post(.login(id, request: request, result))
        }
        // Within `pump`, which goes on with what comes next: a thousand logins in one read must not nest.
        if let refusal { tellRefused(connection, request, refusal) }
    }

    /// Proved, or not. The sequencer has the last word, because it alone knows who is disabled this very
    /// moment.
    func loggedIn(_ id: ChannelID, _ request: UInt64, _ result: Result<ProvenLogin, Refusal>) {
        // Whoever has gone meanwhile has nothing back of what the login was charged.
        guard let connection = connection(id), !connection.isClosing else {
            if case .success(let login) = result { discard(login) }
            return
        }
        switch result {
        case .failure(let refusal):
            refuseLogin(connection, request, refusal)
        case .success(let login):
            connection.login = (request, login)
            let envelope = Envelope(
                origin: .connection(address(of: connection), login.person), request: request,
                body: .attach(
                    epoch: login.epoch, session: login.session, login.password, code: login.code))
            if !services.sequencer.submit(envelope) {
                connection.login = nil
                discard(login)
                if let charge = login.charge { services.rates.giveBack(charge) }
                refuseLogin(connection, request, Refusal(.busy, retryAfter: services.limits.busyRetry))
            }
        }
    }

    func attached(_ id: ChannelID, _ request: UInt64, _ result: Result<Person, Refusal>) {
        let connection = connection(id)
        guard let login = connection?.login?.login ?? abandonedLogins.removeValue(forKey: id) else { return }
        connection?.login = nil
        // What was hashed for nobody stays charged.
        var isPaid = false
        switch result {
        case .failure(let refusal):
            discard(login)
            isPaid = !refusal.code.mayRetry
        case .success: break
        }
        if !isPaid, let charge = login.charge { services.rates.giveBack(charge) }
        // A connection that closes meanwhile: its end detaches what the sequencer has attached.
        guard let connection, !connection.isClosing else { return }
        switch result {
        case .failure(let refusal): refuseLogin(connection, request, refusal)
        case .success(let person):
            connection.inFlight -= 1
            connection.person = person
            connection.loginSession = login.session
            connection.scopes = login.scopes
            connection.keyEnd = login.keyExpiresAt.map { context.now + wallClock.interval(to: $0) }
            // Its end may have been announced between the proof and the sequencer's word.
            guard !services.access.isWithdrawn(login.session) else {
                return connection.disconnect(.sessionRevoked, "the session was closed")
            }
            note(.loginSucceeded, connection)
            connection.session.authenticated(now: context.now.nanoseconds)
            connection.channel.markAuthenticated()
            if !connection.session.isSealed {
                connection.isCountedUnsealed = true
                services.hello.unsealed.entered()
                note(.unsealedConnection, connection)
                services.log.notice("\(person.name.displayed) is connected without sealing")
            }
            let answer = Login(
                person: PersonSummary(person), session: login.session, tokens: login.tokens,
                device: login.device)
            connection.enqueue(ServerMessageEncoder.encode(.authenticated(answer), request: request))
            pump(connection)
            setDeadline(of: connection)
        }
    }

    /// Of a login that comes to nothing: a session that was opened for what it was to change. The same code
    /// was shown twice at once, a link has no more uses, its newcomer's connection is gone.
    private func discard(_ login: ProvenLogin) {
        guard login.code != nil || login.password != nil else { return }
        services.sessions.discard(login.session, of: login.person)
    }

    private func refuseLogin(_ connection: Connection, _ request: UInt64, _ refusal: Refusal) {
        tellRefused(connection, request, refusal)
        pump(connection)
        setDeadline(of: connection)
    }

    private func tellRefused(_ connection: Connection, _ request: UInt64, _ refusal: Refusal) {
        connection.inFlight -= 1
        // What is wrong with a provider's token, which only the operator can mend.
        let fault = connection.claim?.provider == nil || refusal.detail.isEmpty ? nil : refusal.detail
        // Whoever shows a wrong code knows the password.
        let kind: AuditKind = refusal.code == .wrongCode ? .codeRefused : .loginFailed
        note(kind, connection, reason: refusal.code.name, fault: fault)
        // The machine counts the failures and says when it is enough.
        perform(connection.session.authenticationRefused(refusal, now: context.now.nanoseconds), connection)
    }
}
