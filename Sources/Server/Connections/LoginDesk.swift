package import Chat
import Native
package import Reactor
import Security
package import Wire

/// Proves who somebody is, on the threads made for it: hashing in its lane, sessions on the state writer's
/// thread.
///
/// Any thread. Every path costs an unknown person the same as a known one.
package struct LoginDesk: Sendable {
    package typealias Proved = @Sendable (Result<ProvenLogin, Refusal>) -> Void

    let limits: Limits
    private let passwords = PasswordCheck()
    private let pool: WorkPool
    private let state: StateWriter
    let history: any HistoryReader
    private let access: AccessTokens
    /// `nil` where there are none.
    let providers: ProviderDesk?
    let now: @Sendable () -> Timestamp

    package init(
        limits: Limits, pool: WorkPool, state: StateWriter, history: any HistoryReader,
        access: AccessTokens, providers: ProviderDesk? = nil, now: @escaping @Sendable () -> Timestamp
    ) {
        self.limits = limits
        self.pool = pool
        self.state = state
        self.history = history
        self.access = access
        self.providers = providers
        self.now = now
    }

    /// `proved` is called once, on another thread; not at all when this answers false: say `busy`.
    package func prove(_ method: Authentication, proved: @escaping Proved) -> Bool {
        switch method {
        case .password(let user, let password):
            pool.submitHashing { [self] in check(user, password, proved) }
        case .token(let text):
            show(text, proved)
        case .invite(let text, let password):
            pool.submitHashing { [self] in redeem(text, password, proved) }
        case .provider(let login):
            vouch(login, proved)
        }
    }

    // MARK: the hashing lane

    private func check(_ user: String, _ password: String, _ proved: @escaping Proved) {
        do throws(StorageError) {
            let person = try history.person(named: user)
            // Without a person or a password the same work is done, so that the time tells nothing.
            let verdict = passwords(password, against: person?.password)
            guard let person, verdict != .wrong else {
                return proved(.failure(Refusal(.wrongCredentials)))
            }
            guard !person.isDisabled else { return proved(.failure(Refusal(.disabled))) }
            var change: PasswordChange?
            if case .rightNeedingRehash(let hash) = verdict { change = .rehashed(hash.encoded) }
            open(for: person.id, epoch: person.sessionEpoch, change, proved)
        } catch {
            proved(.failure(Self.refusal(error, limits)))
        }
    }

    private func redeem(_ text: String, _ password: String, _ proved: @escaping Proved) {
        guard password.count >= limits.passwordLeastCharacters, password.utf8.count <= limits.passwordBytes
        else {
            let detail = "a password has at least \(limits.passwordLeastCharacters) characters"
            return proved(.failure(Refusal(.invalidArgument, detail)))
        }
        guard let token = InviteToken(text: text) else { return proved(.failure(Self.unknownInvite)) }
        let hash = PasswordHash(of: password).encoded
        let isTaken = state.submit(.findInvite(token: token.digest, now: now())) { [self] result in
            switch result {
            case .success(.invite(let invite?)):
                guard isGood(invite) else { return proved(.failure(Self.unknownInvite)) }
                open(for: invite.person, epoch: invite.epoch, .chosen(hash), proved)
            case .success: proved(.failure(Self.unknownInvite))
            case .failure(let error):
                proved(.failure(Self.refusal(error, limits)))
            }
        }
        if !isTaken { proved(.failure(Refusal(.busy, retryAfter: limits.busyRetry))) }
    }

    /// Asked before anything is opened for it: a session for a void one would push out one that counts. The
    /// sequencer asks again. On the state writer's thread: one row of the history.
    private func isGood(_ invite: SessionOperation.Invite) -> Bool {
        let person = try? history.person(invite.person)
        return person?.sessionEpoch == invite.epoch && person?.isDisabled == false
    }

    /// What a client is told of a store's trouble; the log is told the rest.
    static func refusal(_ error: StorageError, _ limits: Limits) -> Refusal {
        Refusal(error.code == .full ? .storageFull : .busy, retryAfter: limits.busyRetry)
    }

    private static let unknownInvite = Refusal(.wrongCredentials)

    // MARK: tokens

    private static let unknownToken = Refusal(.wrongCredentials)

    /// Of either kind: those of a session are looked up by the state writer, an access token is only read.
    private func show(_ text: String, _ proved: @escaping Proved) -> Bool {
        if let token = SessionToken(text: text) {
            switch token.kind {
            case .key: return find(token, proved)
            case .device: return refresh(token, proved)
            }
        }
        do throws(TokenFault) {
            let token = try access.read(text, now: now())
            let login = ProvenLogin(person: token.person, epoch: token.epoch, session: token.session)
            proved(.success(login))
        } catch {
            proved(.failure(Self.unknownToken))
        }
        return true
    }

    private func find(_ token: SessionToken, _ proved: @escaping Proved) -> Bool {
        state.submit(.find(token.shown, now: now())) { [limits] result in
            switch result {
            case .success(.session(let session?)):
                let login = ProvenLogin(person: session.person, epoch: session.epoch, session: session.id)
                proved(.success(login))
            case .success: proved(.failure(Self.unknownToken))
            case .failure(let error): proved(.failure(Self.refusal(error, limits)))
            }
        }
    }

    private func refresh(_ token: SessionToken, _ proved: @escaping Proved) -> Bool {
        let (next, now) = (token.next(), now())
        let operation = SessionOperation.refresh(
            token.shown, next: next.shown.secret, now: now,
            expiresAt: now.advanced(by: limits.sessionLifetime))
        return state.submit(operation) { [self] result in
            switch result {
            case .success(.refreshed(.renewed(let session))):
                let login = ProvenLogin(
                    person: session.person, epoch: session.epoch, session: session.id,
                    tokens: give(next, of: session, now))
                proved(.success(login))
            case .success: proved(.failure(Self.unknownToken))
            case .failure(let error): proved(.failure(Self.refusal(error, limits)))
            }
        }
    }

    /// The tokens are told only after the commit that remembers them.
    func open(
        for person: PersonID, epoch: UInt32, _ password: PasswordChange?, _ proved: @escaping Proved
    ) {
        let now = now()
        // A chosen password begins the next epoch; the session is to be of it.
        let isAnotherPassword = if case .chosen = password { true } else { false }
        var random = SecureRandom()
        let token = SessionToken.first(.device, of: LoginSessionID(at: now, random: &random))
        let session = LoginSession(
            id: token.session, person: person, epoch: isAnotherPassword ? epoch + 1 : epoch, kind: .device,
            name: "", createdAt: now, expiresAt: now.advanced(by: limits.sessionLifetime), tokens: token.stored)
        let isTaken = state.submit(.open(session, most: limits.sessionsOfAPerson)) { [self] result in
            switch result {
            case .success:
                let login = ProvenLogin(
                    person: person, epoch: epoch, session: session.id, tokens: give(token, of: session, now),
                    password: password)
                proved(.success(login))
            // Who proved who they are may read and talk on; without a token they prove it again next time.
            case .failure(let error) where error.code == .full:
                proved(
                    .success(
                        ProvenLogin(person: person, epoch: epoch, session: session.id, password: password)))
            case .failure(let error): proved(.failure(Self.refusal(error, limits)))
            }
        }
        if !isTaken { proved(.failure(Refusal(.busy, retryAfter: limits.busyRetry))) }
    }

    private func give(_ token: SessionToken, of session: LoginSession, _ now: Timestamp) -> GivenTokens {
        let access = access.make(from: session, now: now)
        return GivenTokens(
            access: access.text, accessExpires: access.expiresAt, refresh: token.text,
            refreshExpires: session.expiresAt)
    }
}
