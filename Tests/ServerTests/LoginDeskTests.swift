import Chat
import Native
import Reactor
import Security
import Storage
import Synchronization
import Testing
import Wire

@testable import Server

/// The desk over stores in memory, with its own threads.
@Suite struct LoginDeskTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)

    private let history = MemoryStore(incarnation: Incarnation(high: 1, low: 1))
    private let access = AccessTokens(limits: .standard)
    private let state: StateWriter
    private let sessions = MemorySessionStore()
    private let pool: WorkPool
    private let desk: LoginDesk

    init() throws {
        pool = try WorkPool(threads: 1, jobs: 10, hashingJobs: 10)
        let secrets = InstallationSecrets.random()
        let guards = LoginGuards(
            rates: RateLimiter(RateLimits(), key: secrets.rateSubjects), devices: secrets.devices,
            passwords: PasswordRule(limits: .standard, common: .none), factors: secrets.factors)
        state = StateWriter(limits: .standard)
        desk = LoginDesk(
            limits: .standard, pool: pool, state: state, history: history.history, guards: guards,
            access: access, now: { Self.noon })
    }

    /// A session opened for it would push out one that counts.
    @Test func aVoidInviteOpensNothing() throws {
        let token = InviteToken.random()
        let invite = SessionOperation.Invite(
            token: token.digest, person: try person(epoch: 1).id, epoch: 0,
            expiresAt: Self.noon.advanced(by: .seconds(60)))
        _ = try sessions.perform([.invite(invite)])
        let result = try prove(.invite(token: token.text, newPassword: "long enough"))
        #expect(result == .failure(Refusal(.wrongCredentials)))
        #expect(try sessions.perform([.closeAll(of: invite.person, before: .max)]) == [.count(0)])
    }

    @Test func aGoodInviteOpensASessionOfTheNextEpoch() throws {
        let token = InviteToken.random()
        let invite = SessionOperation.Invite(
            token: token.digest, person: try person(epoch: 3).id, epoch: 3,
            expiresAt: Self.noon.advanced(by: .seconds(60)))
        _ = try sessions.perform([.invite(invite)])
        let login = try prove(.invite(token: token.text, newPassword: "long enough")).get()
        #expect(login.epoch == 3 && login.tokens != nil)
        #expect(try sessions.perform([.closeAll(of: invite.person, before: 4)]) == [.count(0)])
        #expect(try sessions.perform([.closeAll(of: invite.person, before: 5)]) == [.count(1)])
    }

    /// What is stored can still be read, by whoever proves who they are.
    @Test func aFullDiskKeepsNobodyOut() throws {
        _ = try person(epoch: 0, password: PasswordHash(of: "right").encoded)
        sessions.failure = StorageError(.full, "no room")
        let login = try prove(.password(user: "anna", password: "right")).get()
        #expect(login.tokens == nil)
    }

    /// No stranger is told what the store said.
    @Test func aStoresTroubleIsBusyWithoutItsWords() throws {
        sessions.failure = StorageError(.failed, "mdb_txn_commit: EIO")
        let result = try prove(.token(SessionToken.first(.key, of: LoginSessionID(high: 1, low: 1)).text))
        #expect(result == .failure(Refusal(.busy, retryAfter: Limits.standard.busyRetry)))
    }

    // MARK: newcomers

    @Test func aLinkForNewPeopleOpensASessionOfSomebodyNew() throws {
        let token = try openInvite()
        let login = try prove(.newcomer(token: token, name: "bea", newPassword: "long enough")).get()
        guard case .newcomer(let newcomer) = login.password else {
            Issue.record("nobody is to be made")
            return
        }
        #expect(newcomer.id == login.person && newcomer.name == "bea" && login.epoch == 0)
        #expect(PasswordCheck()("long enough", against: newcomer.password) == .right)
        #expect(try history.history.person(login.person) == nil, "the sequencer makes the person")
        let tokens = try #require(login.tokens)
        #expect(try access.read(tokens.access, now: Self.noon).person == login.person)
        #expect(login.device != nil)
    }

    @Test(arguments: [
        ("anna", "long enough", RefusalCode.nameTaken), ("a b", "long enough", .invalidName),
        ("bea", "short", .invalidArgument),
    ])
    func aNameOrPasswordThatCannotBeOpensNothing(name: String, password: String, code: RefusalCode) throws {
        let anna = try person(epoch: 0)
        let token = try openInvite()
        let result = try prove(.newcomer(token: token, name: name, newPassword: password))
        #expect(result.refusal == code)
        #expect(try sessions.perform([.closeAll(of: anna.id, before: .max)]) == [.count(0)])
    }

    @Test func aLinkThatHasExpiredIsNone() throws {
        let token = try openInvite(lifetime: .zero)
        let result = try prove(.newcomer(token: token, name: "bea", newPassword: "long enough"))
        #expect(result == .failure(Refusal(.wrongCredentials)))
    }

    /// The two kinds of links do not stand for each other.
    @Test func aNewcomersTokenIsNoInvite() throws {
        let token = try openInvite()
        let result = try proveNow(.invite(token: token, newPassword: "long enough"))
        #expect(result == .failure(Refusal(.wrongCredentials)))
        let other = InviteToken.random().text
        #expect(
            try proveNow(.newcomer(token: other, name: "bea", newPassword: "long enough"))
                == .failure(Refusal(.wrongCredentials)))
    }

    private func openInvite(lifetime: Duration = .seconds(60)) throws -> String {
        let token = InviteToken.random(.newcomer)
        let invite = OpenInvite(
            id: OpenInviteID(high: 3, low: 3), token: token.digest, uses: 1,
            expiresAt: Self.noon.advanced(by: lifetime), maker: .operations, createdAt: Self.noon)
        history.append(Batch(invites: [OpenInviteChange(id: invite.id, invite: invite)])) { _ in }
        return token.text
    }

    // MARK: tokens

    @Test func aPasswordGivesBothTokensAndTheSessionIsListed() throws {
        let anna = try person(epoch: 2, password: PasswordHash(of: "right").encoded)
        let login = try prove(.password(user: "anna", password: "right")).get()
        let tokens = try #require(login.tokens)
        let read = try access.read(tokens.access, now: Self.noon)
        #expect(read.person == anna.id && read.session == login.session && read.epoch == 2)
        #expect(tokens.accessExpires == Self.noon.advanced(by: Limits.standard.accessTokenLifetime))
        guard case .sessions(let listed) = try sessions.perform([.list(of: anna.id)]).first else { return }
        #expect(listed.map(\.id) == [login.session] && listed.map(\.kind) == [.device])
    }

    /// The token is good by itself: no store is asked.
    @Test func anAccessTokenLetsInUntilItsSessionIsWithdrawn() throws {
        let session = session(.device)
        let token = access.make(from: session, now: Self.noon)
        sessions.failure = StorageError(.failed, "nobody asks")
        #expect(
            try proveNow(.token(token.text))
                == .success(
                    ProvenLogin(person: session.person, epoch: session.epoch, session: session.id)))
        access.withdraw(session.id, now: Self.noon)
        #expect(try proveNow(.token(token.text)) == .failure(Refusal(.wrongCredentials)))
        access.rotate()
        #expect(try proveNow(.token(token.text)) == .failure(Refusal(.wrongCredentials)))
    }

    @Test func aRefreshTokenGivesTheNextAndBothTokens() throws {
        let first = SessionToken.first(.device, of: LoginSessionID(high: 7, low: 7))
        _ = try sessions.perform([.open(session(.device, first), most: 9)])
        let login = try prove(.token(first.text)).get()
        let tokens = try #require(login.tokens)
        #expect(tokens.refresh != first.text && SessionToken(text: tokens.refresh)?.session == first.session)
        #expect(try access.read(tokens.access, now: Self.noon).session == first.session)
        #expect(tokens.refreshExpires == Self.noon.advanced(by: Limits.standard.sessionLifetime))
    }

    @Test func aKeyLetsInAsOftenAsItIsShown() throws {
        let key = SessionToken.first(.key, of: LoginSessionID(high: 7, low: 7))
        let session = session(.key, key)
        _ = try sessions.perform([.open(session, most: 9)])
        #expect(
            try prove(.token(key.text))
                == .success(
                    ProvenLogin(
                        person: session.person, epoch: session.epoch, session: session.id,
                        scopes: session.scopes, keyExpiresAt: session.expiresAt)),
            "no tokens come with it, and it brings what it is good for")
        #expect(try sessions.perform([.find(key.shown, now: Self.noon)]) == [.session(session)])
    }

    /// It would have no scopes.
    @Test func thereIsNoAccessTokenFromAKey() async {
        await #expect(processExitsWith: .failure) {
            let key = SessionToken.first(.key, of: LoginSessionID(high: 7, low: 7))
            let session = LoginSession(
                id: key.session, person: PersonID(high: 1, low: 1), epoch: 3, kind: .key, scopes: .read,
                name: "", createdAt: Timestamp(milliseconds: 0), expiresAt: Timestamp(milliseconds: .max),
                tokens: key.stored)
            _ = AccessTokens(limits: .standard).make(from: session, now: Timestamp(milliseconds: 0))
        }
    }

    @Test(arguments: [
        "", "x", "scr_", "sci_" + String(repeating: "A", count: 43), "a.b.c", "eyJhbGciOiJub25lIn0.e30.",
    ])
    func whatIsNoTokenIsRefused(text: String) throws {
        #expect(try proveNow(.token(text)) == .failure(Refusal(.wrongCredentials)))
    }

    private func session(_ kind: LoginSession.Kind, _ token: SessionToken? = nil) -> LoginSession {
        let token = token ?? .first(kind, of: LoginSessionID(high: 7, low: 7))
        return LoginSession(
            id: token.session, person: PersonID(high: 1, low: 1), epoch: 3, kind: kind,
            scopes: kind == .key ? [.read] : .ofDevices, name: "",
            createdAt: Self.noon, expiresAt: Self.noon.advanced(by: .seconds(3_600)), tokens: token.stored)
    }

    /// What is decided without another thread.
    private func proveNow(_ method: Authentication) throws -> Result<ProvenLogin, Refusal> {
        let result = Mutex<Result<ProvenLogin, Refusal>?>(nil)
        let attempt = LoginAttempt(method, from: .loopback, now: MonotonicClock.now())
        if let refusal = desk.prove(attempt, proved: { found in result.withLock { $0 = found } }) {
            return .failure(refusal)
        }
        return try #require(result.withLock { $0 })
    }

    private func person(epoch: UInt32, password: String? = nil) throws -> Person {
        let name = try #require(Name("anna"))
        let person = Person(
            id: PersonID(high: 1, low: 1), name: name, password: password, sessionEpoch: epoch,
            createdAt: Self.noon)
        history.append(Batch(people: [person])) { _ in }
        return person
    }

    /// The state writer's part is done on this thread, until the desk has its answer.
    private func prove(_ method: Authentication) throws -> Result<ProvenLogin, Refusal> {
        let result = Mutex<Result<ProvenLogin, Refusal>?>(nil)
        let attempt = LoginAttempt(method, from: .loopback, now: MonotonicClock.now())
        let refusal = desk.prove(attempt) { [state] found in
            result.withLock { $0 = found }
            state.finish()
        }
        if let refusal { return .failure(refusal) }
        state.run(sessions)
        pool.finish()
        return try #require(result.withLock { $0 })
    }
}

extension Result where Failure == Refusal {
    fileprivate var refusal: RefusalCode? {
        if case .failure(let refusal) = self { refusal.code } else { nil }
    }
}
