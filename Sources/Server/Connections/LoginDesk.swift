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

    private let limits: Limits
    private let passwords = PasswordCheck()
    private let pool: WorkPool
    private let state: StateWriter
    private let history: any HistoryReader
    private let access: AccessTokens
    private let now: @Sendable () -> Timestamp

    package init(
        limits: Limits, pool: WorkPool, state: StateWriter, history: any HistoryReader,
        access: AccessTokens, now: @escaping @Sendable () -> Timestamp
    ) {
        self.limits = limits
        self.pool = pool
        self.state = state
        self.history = history
        self.access = access
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
        }
    }

    // MARK: the hashing lane

    private func check(_ user: String, _ password: String, _ proved: @escaping Proved) {
        do throws(StorageError) {
            let person = try history.person(named: user)
            // Without a person or a password the same work is done, so that the time tells nothing.
            let verdict = passwords(password, against: person?.password)
            guard let person, verdict != .wrong else {
                return proved(.failure(Refusal(.wrongCredentials, "the name or the password is wrong")))
            }
            guard !person.isDisabled else { return proved(.failure(Refusal(.disabled))) }
            var change: PasswordChange?
            if case .rightNeedingRehash(let hash) = verdict { change = .rehashed(hash.encoded) }
            open(for: person.id, epoch: person.sessionEpoch, change, proved)
        } catch {
            proved(.failure(Refusal(.busy, error.detail, retryAfter: limits.busyRetry)))
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
                open(for: invite.person, epoch: invite.epoch, .chosen(hash), proved)
            case .success: proved(.failure(Self.unknownInvite))
            case .failure(let error):
                proved(.failure(Refusal(.busy, error.detail, retryAfter: limits.busyRetry)))
            }
        }
        if !isTaken { proved(.failure(Refusal(.busy, retryAfter: limits.busyRetry))) }
    }

    private static let unknownInvite = Refusal(.wrongCredentials, "the invite is unknown, used or expired")

    // MARK: tokens

    private static let unknownToken = Refusal(.wrongCredentials, "the token is unknown or expired")

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
            case .failure(let error): proved(.failure(Self.busy(error.detail, limits)))
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
            case .failure(let error): proved(.failure(Self.busy(error.detail, limits)))
            }
        }
    }

    /// The tokens are told only after the commit that remembers them.
    private func open(
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
            case .failure(let error): proved(.failure(Self.busy(error.detail, limits)))
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

    private static func busy(_ detail: String, _ limits: Limits) -> Refusal {
        Refusal(.busy, detail, retryAfter: limits.busyRetry)
    }
}
