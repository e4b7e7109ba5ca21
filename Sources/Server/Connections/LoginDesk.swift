package import Chat
import Native
package import Reactor
import Security
import Wire

/// Proves who somebody is, on the threads made for it: hashing in its lane, sessions on the state writer's
/// thread.
///
/// Any thread. Every path costs an unknown person the same as a known one, and each attempt is charged to its
/// rate limits before anything is hashed.
package struct LoginDesk: Sendable {
    package typealias Proved = @Sendable (Result<ProvenLogin, Refusal>) -> Void

    let limits: Limits
    private let passwords: PasswordCheck
    let pool: WorkPool
    private let state: StateWriter
    let history: any HistoryReader
    let guards: LoginGuards
    private let access: AccessTokens
    /// `nil` where there are none.
    let providers: ProviderDesk?
    private let codes: CodeCheck
    private let turns = HashingTurns()
    let now: @Sendable () -> Timestamp

    package init(
        limits: Limits, pool: WorkPool, state: StateWriter, history: any HistoryReader, guards: LoginGuards,
        access: AccessTokens, providers: ProviderDesk? = nil, now: @escaping @Sendable () -> Timestamp
    ) {
        self.limits = limits
        self.pool = pool
        self.state = state
        self.history = history
        self.guards = guards
        passwords = PasswordCheck(costs: guards.costs)
        self.access = access
        self.providers = providers
        self.now = now
        codes = CodeCheck(guards: guards, now: now)
    }

    /// `proved` is called once, on another thread; not at all when this answers with a refusal.
    package func prove(_ attempt: LoginAttempt, proved: @escaping Proved) -> Refusal? {
        switch attempt.method {
        case .password(let user, let password, let device, let code):
            provePassword(
                Claim(user: user, password: password, code: code), device.flatMap(guards.devices.read),
                attempt, proved)
        case .token(let text):
            show(text, attempt, proved)
        case .invite(let text, let password, let code):
            proveInvite(text, password, code, attempt, proved)
        case .provider(let login):
            proveProvider(login, attempt, proved)
        case .newcomer(let token, let name, let password):
            proveNewcomer(token, name, password, attempt, proved)
        }
    }

    // MARK: passwords

    private struct Claim: Sendable {
        let user: String
        let password: String
        let code: String?
    }

    private func provePassword(
        _ claim: Claim, _ device: DeviceCredentials.Device?, _ attempt: LoginAttempt,
        _ proved: @escaping Proved
    ) -> Refusal? {
        guard let device else { return queue(claim, nil, attempt, proved) }
        // One at a time: an account's devices do not fill the lane for the devices of others.
        guard turns.begin(device.person) else { return busy() }
        let refusal = queue(claim, device, attempt) { [turns] result in
            turns.end(device.person)
            proved(result)
        }
        if refusal != nil { turns.end(device.person) }
        return refusal
    }

    private func queue(
        _ claim: Claim, _ device: DeviceCredentials.Device?, _ attempt: LoginAttempt,
        _ proved: @escaping Proved
    ) -> Refusal? {
        let verdict =
            if let device {
                guards.rates.charge(loginFromDevice: device.subject, now: attempt.now.nanoseconds)
            } else {
                guards.rates.charge(loginOf: claim.user, from: attempt.address, now: attempt.now.nanoseconds)
            }
        guard case .granted(let charge) = verdict else { return refusal(verdict) }
        // Who comes from a known device does not wait behind the guesses of strangers.
        let isTaken = pool.submitHashing(
            { [self] in check(claim, device, attempt, charge, proved) }, isPreferred: device != nil)
        guard !isTaken else { return nil }
        guards.rates.giveBack(charge)
        return busy()
    }

    /// The hashing lane.
    private func check(
        _ claim: Claim, _ device: DeviceCredentials.Device?, _ attempt: LoginAttempt,
        _ charge: RateLimiter.LoginCharge, _ proved: @escaping Proved
    ) {
        do throws(StorageError) {
            let person = try history.person(named: claim.user)
            let isKnown =
                device != nil && device?.person == person?.id && device?.epoch == person?.sessionEpoch
            var charges = [charge]
            if device != nil, !isKnown {
                // Another account's device, or one of before the last password: a stranger after all.
                let verdict = guards.rates.charge(
                    loginOf: claim.user, from: attempt.address, now: MonotonicClock.now().nanoseconds)
                guard case .granted(let charge) = verdict else { return proved(.failure(refusal(verdict))) }
                charges.append(charge)
            }
            // Without a person or a password the same work is done, so that the time tells nothing.
            let verdict = passwords(claim.password, against: person?.password)
            guard let person, verdict != .wrong else {
                guards.rates.failed()
                return proved(.failure(Refusal(.wrongCredentials)))
            }
            let code =
                person.isDisabled
                ? .failure(Refusal(.disabled))
                : codes(
                    claim.code, of: person, device: isKnown ? device?.subject : nil,
                    at: MonotonicClock.now().nanoseconds)
            // A wrong code is a failed login as well.
            if code != .failure(Refusal(.wrongCode)) {
                for charge in charges { guards.rates.giveBack(charge) }
            }
            var change: LoginChange?
            if case .rightNeedingRehash(let hash) = verdict { change = .rehashed(hash.encoded) }
            switch code {
            case .failure(let refusal): proved(.failure(refusal))
            case .success(let code):
                open(
                    for: person.id, epoch: person.sessionEpoch, change, code, isKnown: isKnown, proved)
            }
        } catch {
            proved(.failure(refusal(error)))
        }
    }

    // MARK: invites

    /// Looked up first: for a token that is none nothing is hashed.
    private func proveInvite(
        _ text: String, _ password: String, _ code: String?, _ attempt: LoginAttempt,
        _ proved: @escaping Proved
    ) -> Refusal? {
        if let objection = guards.passwords.objection(to: password) {
            return Refusal(.invalidArgument, objection)
        }
        if let wait = guards.rates.wait(forTokenFrom: attempt.address, now: attempt.now.nanoseconds) {
            return refusal(wait)
        }
        guard let token = InviteToken(text: text) else { return failed(attempt) }
        let isTaken = state.submit(.findInvite(token: token.digest, now: now())) { [self] result in
            switch result {
            case .success(.invite(let invite?)):
                guard let person = person(of: invite) else { return proved(.failure(failed(attempt))) }
                redeem(for: person, password, code, attempt, proved)
            case .success: proved(.failure(failed(attempt)))
            case .failure(let error): proved(.failure(refusal(error)))
            }
        }
        return isTaken ? nil : busy()
    }

    /// Whom a good invite is for. Asked before anything is hashed or opened for it: a session for a void one
    /// would push out one that counts. The sequencer asks again. On the state writer's thread: one row of the
    /// history.
    private func person(of invite: SessionOperation.Invite) -> Person? {
        guard let person = try? history.person(invite.person), person.sessionEpoch == invite.epoch,
            !person.isDisabled
        else { return nil }
        return person
    }

    /// A link is in the place of the password, not of the second factor.
    private func redeem(
        for person: Person, _ password: String, _ code: String?, _ attempt: LoginAttempt,
        _ proved: @escaping Proved
    ) {
        switch codes(code, of: person, at: MonotonicClock.now().nanoseconds) {
        case .failure(let refusal):
            if refusal.code == .wrongCode { _ = failed(attempt) }
            proved(.failure(refusal))
        case .success(let code):
            hash(password, attempt, proved) { [self] hash, charge in
                open(
                    for: person.id, epoch: person.sessionEpoch, .chosen(hash), code, charge: charge,
                    isKnown: false, proved)
            }
        }
    }

    /// The password that somebody with a good link has chosen. The address pays before it is hashed, and has
    /// it back when the login succeeds: whoever hangs up meanwhile, again and again, does not. In the
    /// strangers' turn of the lane: a link is good for many tries, and known devices wait for none of them.
    func hash(
        _ password: String, _ attempt: LoginAttempt, _ proved: @escaping Proved,
        _ then: @escaping @Sendable (_ hash: String, RateLimiter.LoginCharge) -> Void
    ) {
        let verdict = guards.rates.charge(
            linkFrom: attempt.address, now: MonotonicClock.now().nanoseconds)
        guard case .granted(let charge) = verdict else { return proved(.failure(refusal(verdict))) }
        let isTaken = pool.submitHashing { [self] in
            then(PasswordHash(of: password, costs: guards.costs).encoded, charge)
        }
        guard !isTaken else { return }
        guards.rates.giveBack(charge)
        proved(.failure(busy()))
    }

    // MARK: tokens

    /// Of either kind: those of a session are looked up by the state writer, an access token is only read.
    ///
    /// Looked at whatever others did from the same address: it cannot be guessed, and costs less than the
    /// handshake before it. One that is none is a wrong try, of which a connection has few.
    private func show(_ text: String, _ attempt: LoginAttempt, _ proved: @escaping Proved) -> Refusal? {
        if let token = SessionToken(text: text) {
            switch token.kind {
            case .key: return find(token, attempt, proved)
            case .device: return refresh(token, attempt, proved)
            }
        }
        do throws(TokenFault) {
            let token = try access.read(text, now: now())
            proved(.success(ProvenLogin(person: token.person, epoch: token.epoch, session: token.session)))
            return nil
        } catch {
            // Ours, but of another time: after a restart, or a step of the server's clock, everybody has one.
            let isAnothersTime = [.expired, .revoked, .unknownKey, .notYetValid].contains(error)
            return isAnothersTime ? Refusal(.wrongCredentials) : failed(attempt)
        }
    }

    private func find(
        _ token: SessionToken, _ attempt: LoginAttempt, _ proved: @escaping Proved
    ) -> Refusal? {
        let isTaken = state.submit(.find(token.shown, now: now())) { [self] result in
            switch result {
            case .success(.session(let session?)):
                let login = ProvenLogin(
                    person: session.person, epoch: session.epoch, session: session.id,
                    scopes: session.scopes, keyExpiresAt: session.expiresAt)
                proved(.success(login))
            case .success: proved(.failure(failed(attempt)))
            case .failure(let error): proved(.failure(refusal(error)))
            }
        }
        return isTaken ? nil : busy()
    }

    private func refresh(
        _ token: SessionToken, _ attempt: LoginAttempt, _ proved: @escaping Proved
    ) -> Refusal? {
        let (next, now) = (token.next(), now())
        let operation = SessionOperation.refresh(
            token.shown, next: next.shown.secret, now: now,
            expiresAt: now.advanced(by: limits.sessionLifetime))
        let isTaken = state.submit(operation) { [self] result in
            switch result {
            case .success(.refreshed(.renewed(let session))):
                let login = ProvenLogin(
                    person: session.person, epoch: session.epoch, session: session.id,
                    tokens: give(next, of: session, now))
                proved(.success(login))
            case .success: proved(.failure(failed(attempt)))
            case .failure(let error): proved(.failure(refusal(error)))
            }
        }
        return isTaken ? nil : busy()
    }

    // MARK: the state writer's thread

    /// The tokens are told only after the commit that remembers them.
    func open(
        for person: PersonID, epoch: UInt32, _ password: LoginChange?, _ code: CodeUse? = nil,
        charge: RateLimiter.LoginCharge? = nil, isKnown: Bool, _ proved: @escaping Proved
    ) {
        let now = now()
        // A chosen password begins the next epoch; session and device are to be of it.
        let isAnotherPassword = if case .chosen = password { true } else { false }
        var random = SecureRandom()
        let token = SessionToken.first(.device, of: LoginSessionID(at: now, random: &random))
        let session = LoginSession(
            id: token.session, person: person, epoch: isAnotherPassword ? epoch + 1 : epoch, kind: .device,
            name: "", createdAt: now, expiresAt: now.advanced(by: limits.sessionLifetime),
            tokens: token.stored)
        let device = isKnown ? nil : guards.devices.issue(to: person, epoch: session.epoch)
        let isTaken = state.submit(.open(session, most: limits.sessionsOfAPerson)) { [self] result in
            switch result {
            case .success:
                let login = ProvenLogin(
                    person: person, epoch: epoch, session: session.id,
                    tokens: give(token, of: session, now), device: device, password: password, code: code,
                    charge: charge)
                proved(.success(login))
            // Who proved who they are may read and talk on; without a token they prove it again next time.
            case .failure(let error) where error.code == .full:
                proved(
                    .success(
                        ProvenLogin(
                            person: person, epoch: epoch, session: session.id, device: device,
                            password: password, code: code, charge: charge)))
            case .failure(let error): proved(.failure(refusal(error)))
            }
        }
        if !isTaken { proved(.failure(busy())) }
    }

    // MARK: refusals

    func busy() -> Refusal { Refusal(.busy, retryAfter: limits.busyRetry) }

    func refusal(_ error: StorageError) -> Refusal { error.refusal(limits) }

    func failed(_ attempt: LoginAttempt) -> Refusal {
        guards.rates.failed(tokenFrom: attempt.address, now: attempt.now.nanoseconds)
        return Refusal(.wrongCredentials)
    }

    private func refusal(_ verdict: RateLimiter.LoginVerdict) -> Refusal {
        guard case .refused(let wait) = verdict else {
            preconditionFailure("LoginDesk: a login that was granted is not refused")
        }
        return refusal(wait)
    }

    func refusal(_ wait: Duration) -> Refusal {
        Refusal(.rateLimited, "too many failed logins", retryAfter: wait)
    }

    private func give(_ token: SessionToken, of session: LoginSession, _ now: Timestamp) -> GivenTokens {
        let access = access.make(from: session, now: now)
        return GivenTokens(
            access: access.text, accessExpires: access.expiresAt, refresh: token.text,
            refreshExpires: session.expiresAt)
    }
}
