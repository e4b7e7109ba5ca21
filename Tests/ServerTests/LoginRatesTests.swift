import Chat
import Native
import Reactor
import Security
import Server
import Storage
import Synchronization
import Testing
import Wire

/// Who may try to log in, and how often: on real threads, over stores in memory.
@Suite struct LoginRatesTests {
    private static let secrets = InstallationSecrets.random()
    private static let password = "correct horse battery"
    private static let hash = PasswordHash(
        of: password, costs: PasswordCosts(logN: 4, blockSize: 1, parallelism: 1) ?? .standard
    ).encoded

    /// One person, anna, who has the password.
    private final class Scene: Sendable {
        let pool: WorkPool
        let state = StateWriter(limits: .standard)
        let desk: LoginDesk
        let access = AccessTokens(limits: .standard)
        let thread: Thread
        let anna = PersonID(high: 1, low: 1)

        init(_ adjust: (inout RateLimits) -> Void) throws {
            var rates = RateLimits()
            adjust(&rates)
            pool = try WorkPool(threads: 1, jobs: 8, hashingJobs: 8)
            let store = MemoryStore(incarnation: Incarnation(high: 1, low: 1))
            let name = try #require(Name("anna"))
            let person = Person(
                id: anna, name: name, password: LoginRatesTests.hash, isAdministrator: false,
                createdAt: Timestamp(milliseconds: 0))
            store.append(Batch(people: [person])) { _ in }
            let list = CommonPasswords(list: Array("password\n".utf8), leastCharacters: 8)
            let guards = LoginGuards(
                rates: RateLimiter(rates, key: secrets.rateSubjects), devices: secrets.devices,
                passwords: PasswordRule(limits: .standard, common: list), factors: secrets.factors)
            desk = LoginDesk(
                limits: .standard, pool: pool, state: state, history: store.history, guards: guards,
                access: access
            ) { Timestamp(milliseconds: 1_000) }
            let state = state
            thread = try Thread.start(name: "state") { state.run(MemorySessionStore()) }
        }

        func login(_ method: Authentication, from host: UInt32) -> Result<ProvenLogin, Refusal> {
            let arrived = Semaphore()
            let attempt = LoginAttempt(method, from: .v4(host << 24), now: MonotonicClock.now())
            let box = Box()
            let refusal = desk.prove(attempt) { result in
                box.value.withLock { $0 = result }
                arrived.signal()
            }
            if let refusal { return .failure(refusal) }
            _ = arrived.wait()
            return box.value.withLock { $0 } ?? .failure(Refusal(.busy))
        }

        func end() {
            pool.finish()
            state.finish()
            thread.join()
        }

        private final class Box: Sendable {
            let value = Mutex<Result<ProvenLogin, Refusal>?>(nil)
        }
    }

    private func code(_ result: Result<ProvenLogin, Refusal>) -> RefusalCode? {
        if case .failure(let refusal) = result { refusal.code } else { nil }
    }

    @Test func strangersLockOutStrangersAndNoKnownDevice() throws {
        let scene = try Scene { $0.loginsOfAnAccount.amount = 3 }
        defer { scene.end() }
        let first = try scene.login(.password(user: "anna", password: Self.password), from: 1).get()
        let device = try #require(first.device)
        for host in UInt32(10)..<13 {
            let guess = scene.login(.password(user: "anna", password: "guess \(host)"), from: host)
            #expect(code(guess) == .wrongCredentials)
        }
        let refused = scene.login(.password(user: "anna", password: "guess"), from: 20)
        #expect(code(refused) == .rateLimited)
        if case .failure(let refusal) = refused { #expect(refusal.retryAfter ?? .zero > .seconds(60)) }
        // Not even the right password helps a stranger now, and the owner's own device needs no more than it.
        #expect(
            code(scene.login(.password(user: "anna", password: Self.password), from: 21)) == .rateLimited)
        for _ in 0..<5 {
            let again = try scene.login(
                .password(user: "anna", password: Self.password, device: device), from: 20
            ).get()
            #expect(again.device == nil, "a known device keeps what it has")
        }
    }

    @Test func aKnownDeviceHasAnAllowanceOfItsOwnAndNoMore() throws {
        let scene = try Scene { $0.loginsOfADevice.amount = 2 }
        defer { scene.end() }
        let device = try scene.login(.password(user: "anna", password: Self.password), from: 1).get().device
        let guesses = (0..<4).map { number in
            code(scene.login(.password(user: "anna", password: "no \(number)", device: device), from: 1))
        }
        #expect(guesses == [.wrongCredentials, .wrongCredentials, .rateLimited, .rateLimited])
    }

    /// A device of another account, of another password's time, or made up.
    @Test func whoShowsAnotherDeviceIsAStranger() throws {
        let scene = try Scene { $0.loginsOfAnAccount.amount = 2 }
        defer { scene.end() }
        let devices = [
            Self.secrets.devices.issue(to: PersonID(high: 9, low: 9), epoch: 0),
            Self.secrets.devices.issue(to: scene.anna, epoch: 5), "scd_made-up",
        ]
        let guesses = devices.map { device in
            code(scene.login(.password(user: "anna", password: "no", device: device), from: 1))
        }
        #expect(guesses == [.wrongCredentials, .wrongCredentials, .rateLimited])
    }

    @Test func tokensAndInvitesThatAreNoneCostTheirAddress() throws {
        let scene = try Scene { $0.loginsOfAnAddress.amount = 3 }
        defer { scene.end() }
        let unknown = SessionToken.first(.key, of: LoginSessionID(high: 1, low: 1)).text
        let invite = InviteToken.random().text
        #expect(code(scene.login(.token("junk"), from: 1)) == .wrongCredentials)
        #expect(code(scene.login(.token(unknown), from: 1)) == .wrongCredentials)
        #expect(
            code(scene.login(.invite(token: invite, newPassword: "something long"), from: 1))
                == .wrongCredentials)
        // A good token would get in: so one that is none is told to be none.
        #expect(code(scene.login(.token(unknown), from: 1)) == .wrongCredentials)
        #expect(
            code(scene.login(.invite(token: invite, newPassword: "something long"), from: 1))
                == .rateLimited)
        #expect(code(scene.login(.token(unknown), from: 2)) == .wrongCredentials)
    }

    /// The server's clock was ahead for a while: everybody comes with a token that is of the future now, many
    /// of them from behind one address.
    @Test func tokensOfAClockThatWasAheadCostNothing() throws {
        let scene = try Scene { $0.loginsOfAnAddress.amount = 3 }
        defer { scene.end() }
        let tomorrow = Timestamp(milliseconds: 86_400_000)
        let token = SessionToken.first(.device, of: LoginSessionID(high: 1, low: 1))
        let session = LoginSession(
            id: token.session, person: scene.anna, epoch: 0, kind: .device, name: "", createdAt: tomorrow,
            expiresAt: tomorrow.advanced(by: .seconds(3_600)), tokens: token.stored)
        let access = scene.access.make(from: session, now: tomorrow).text
        let shown = (0..<5).map { _ in code(scene.login(.token(access), from: 1)) }
        #expect(shown == Array(repeating: .wrongCredentials, count: 5))
    }

    @Test func aCommonPasswordIsRefusedBeforeTheInviteIsLookedAt() throws {
        let scene = try Scene { _ in }
        defer { scene.end() }
        let invite = InviteToken.random().text
        let refused = scene.login(.invite(token: invite, newPassword: "Password1"), from: 1)
        #expect(code(refused) == .invalidArgument)
    }
}
