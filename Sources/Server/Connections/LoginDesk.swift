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
    private let now: @Sendable () -> Timestamp

    package init(
        limits: Limits, pool: WorkPool, state: StateWriter, history: any HistoryReader,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.limits = limits
        self.pool = pool
        self.state = state
        self.history = history
        self.now = now
    }

    /// `proved` is called once, on another thread; not at all when this answers false: say `busy`.
    package func prove(_ method: Authentication, proved: @escaping Proved) -> Bool {
        switch method {
        case .password(let user, let password):
            pool.submitHashing { [self] in check(user, password, proved) }
        case .token(let text):
            find(text, proved)
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
        guard let token = SecretToken(text: text) else { return proved(.failure(Self.unknownInvite)) }
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
    private static func refusal(_ error: StorageError, _ limits: Limits) -> Refusal {
        Refusal(error.code == .full ? .storageFull : .busy, retryAfter: limits.busyRetry)
    }

    private static let unknownInvite = Refusal(.wrongCredentials)

    // MARK: the state writer's thread

    private func find(_ text: String, _ proved: @escaping Proved) -> Bool {
        let unknown = Refusal(.wrongCredentials)
        guard let token = SecretToken(text: text) else {
            proved(.failure(unknown))
            return true
        }
        return state.submit(.find(token: token.digest, now: now())) { [limits] result in
            switch result {
            case .success(.session(let session?)):
                proved(.success(ProvenLogin(person: session.person, epoch: session.epoch)))
            case .success: proved(.failure(unknown))
            case .failure(let error):
                proved(.failure(Self.refusal(error, limits)))
            }
        }
    }

    /// The token is told only after the commit that remembers it.
    private func open(
        for person: PersonID, epoch: UInt32, _ password: PasswordChange?, _ proved: @escaping Proved
    ) {
        let token = SecretToken.random(.session)
        let now = now()
        // A chosen password begins the next epoch; the session is to be of it.
        let isAnotherPassword = if case .chosen = password { true } else { false }
        let sessionEpoch = isAnotherPassword ? epoch + 1 : epoch
        let session = SessionOperation.Session(
            token: token.digest, person: person, epoch: sessionEpoch, createdAt: now,
            expiresAt: now.advanced(by: limits.sessionLifetime))
        let isTaken = state.submit(.open(session, most: limits.sessionsOfAPerson)) { [limits] result in
            switch result {
            case .success:
                proved(
                    .success(
                        ProvenLogin(
                            person: person, epoch: epoch, token: token.text, expiresAt: session.expiresAt,
                            password: password)))
            // Who proved who they are may read and talk on; without a token they prove it again next time.
            case .failure(let error) where error.code == .full:
                proved(.success(ProvenLogin(person: person, epoch: epoch, password: password)))
            case .failure(let error):
                proved(.failure(Self.refusal(error, limits)))
            }
        }
        if !isTaken { proved(.failure(Refusal(.busy, retryAfter: limits.busyRetry))) }
    }
}
