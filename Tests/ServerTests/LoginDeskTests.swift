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
    private let state = StateWriter(limits: .standard)
    private let sessions = MemorySessionStore()
    private let pool: WorkPool
    private let desk: LoginDesk

    init() throws {
        pool = try WorkPool(threads: 1, jobs: 10, hashingJobs: 10)
        let secrets = InstallationSecrets(identity: .generate(bits: 2_048))
        let guards = LoginGuards(
            rates: RateLimiter(RateLimits(), key: secrets.rateSubjects), devices: secrets.devices,
            passwords: PasswordRule(limits: .standard, common: .none))
        desk = LoginDesk(
            limits: .standard, pool: pool, state: state, history: history.history, guards: guards,
            now: { Self.noon })
    }

    /// A session opened for it would push out one that counts.
    @Test func aVoidInviteOpensNothing() throws {
        let token = SecretToken.random(.invite)
        let invite = SessionOperation.Invite(
            token: token.digest, person: try person(epoch: 1).id, epoch: 0,
            expiresAt: Self.noon.advanced(by: .seconds(60)))
        _ = try sessions.perform([.invite(invite)])
        let result = try prove(.invite(token: token.text, newPassword: "long enough"))
        #expect(result == .failure(Refusal(.wrongCredentials)))
        #expect(try sessions.perform([.closeAll(of: invite.person, before: .max)]) == [.count(0)])
    }

    @Test func aGoodInviteOpensASessionOfTheNextEpoch() throws {
        let token = SecretToken.random(.invite)
        let invite = SessionOperation.Invite(
            token: token.digest, person: try person(epoch: 3).id, epoch: 3,
            expiresAt: Self.noon.advanced(by: .seconds(60)))
        _ = try sessions.perform([.invite(invite)])
        let login = try prove(.invite(token: token.text, newPassword: "long enough")).get()
        #expect(login.epoch == 3 && login.token != nil)
        #expect(try sessions.perform([.closeAll(of: invite.person, before: 4)]) == [.count(0)])
        #expect(try sessions.perform([.closeAll(of: invite.person, before: 5)]) == [.count(1)])
    }

    /// What is stored can still be read, by whoever proves who they are.
    @Test func aFullDiskKeepsNobodyOut() throws {
        _ = try person(epoch: 0, password: PasswordHash(of: "right").encoded)
        sessions.failure = StorageError(.full, "no room")
        let login = try prove(.password(user: "anna", password: "right")).get()
        #expect(login.token == nil)
    }

    /// No stranger is told what the store said.
    @Test func aStoresTroubleIsBusyWithoutItsWords() throws {
        sessions.failure = StorageError(.failed, "mdb_txn_commit: EIO")
        let result = try prove(.token(SecretToken.random(.session).text))
        #expect(result == .failure(Refusal(.busy, retryAfter: Limits.standard.busyRetry)))
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
        #expect(refusal == nil)
        state.run(sessions)
        pool.finish()
        return try #require(result.withLock { $0 })
    }
}
