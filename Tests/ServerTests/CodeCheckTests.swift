import Chat
import Native
import Reactor
import Security
import Storage
import Synchronization
import Testing
import Wire

@testable import Server

/// What a code is worth at a login, and how often one may be tried: over stores in memory.
@Suite struct CodeCheckTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private static let secrets = InstallationSecrets.random()
    private static let hash = PasswordHash(
        of: "right password", costs: PasswordCosts(logN: 4, blockSize: 1, parallelism: 1) ?? .standard
    ).encoded

    private let store = MemoryStore(incarnation: Incarnation(high: 1, low: 1))
    private let password = OneTimePassword.random()
    private let recovery = RecoveryCode.random()
    private let guards: LoginGuards
    private let check: CodeCheck
    private var anna: Person

    init() throws {
        var rates = RateLimits()
        // Codes are counted all the same.
        rates.isEnabled = false
        guards = LoginGuards(
            rates: RateLimiter(rates, key: Self.secrets.rateSubjects), devices: Self.secrets.devices,
            passwords: PasswordRule(limits: .standard, common: .none), factors: Self.secrets.factors)
        check = CodeCheck(guards: guards) { Self.noon }
        let name = try #require(Name("anna"))
        anna = Person(
            id: PersonID(high: 1, low: 1), name: name, password: Self.hash, createdAt: Self.noon)
        let id = SecondFactorID(high: 5, low: 5)
        anna.factor = SecondFactor(
            id: id, sealedSecret: Self.secrets.factors.seal(password, as: id, of: anna.id), lastStep: 0,
            recoveryCodes: [recovery.digest(of: id)], enrolledAt: Self.noon)
        store.append(Batch(people: [anna])) { _ in }
    }

    private var step: UInt64 { OneTimePassword.step(at: Self.noon) }

    private func refusal(_ result: Result<CodeUse?, Refusal>) -> RefusalCode? {
        if case .failure(let refusal) = result { refusal.code } else { nil }
    }

    @Test func aCodeIsFoundWhateverItsKindAndHoweverItIsTyped() throws {
        let digits = password.code(at: step)
        for text in [digits, "\(digits.prefix(3)) \(digits.suffix(3))"] {
            #expect(try check(text, of: anna, at: 0).get()?.code == .step(step))
        }
        let digest = recovery.digest(of: try #require(anna.factor).id)
        for text in [recovery.text, recovery.text.uppercased()] {
            #expect(try check(text, of: anna, at: 0).get()?.code == .recovery(digest))
        }
    }

    @Test func whoHasNoFactorNeedsNoCode() throws {
        var bert = anna
        bert.factor = nil
        #expect(try check(nil, of: bert, at: 0).get() == nil)
        #expect(try check("123456", of: bert, at: 0).get() == nil)
    }

    @Test func withoutACodeOneIsAskedForAndWithAnotherItIsRefused() throws {
        #expect(refusal(check(nil, of: anna, at: 0)) == .secondFactorRequired)
        let old = password.code(at: step - 2)
        for text in ["", "x", old, RecoveryCode.random().text] {
            #expect(refusal(check(text, of: anna, at: 0)) == .wrongCode, "\(text)")
        }
    }

    /// Ten wrong codes in a day from all strangers, whatever the other limits are switched to; a known device
    /// has ten of its own. A right one costs nothing.
    @Test func guessesAreBoundedByTheDay() throws {
        let wrong = String(repeating: "0", count: 6)
        let safe = password.code(at: step) == wrong ? step + 1 : step
        func guess(_ device: RateSubject? = nil, at hours: Int64 = 0) -> RefusalCode? {
            refusal(check("x", of: anna, device: device, at: hours * 3_600 * 1_000_000_000))
        }
        for _ in 0..<30 { #expect(try check(password.code(at: safe), of: anna, at: 0).get() != nil) }
        #expect(
            (0..<12).map { _ in guess() } == [RefusalCode?](repeating: .wrongCode, count: 10)
                + [.rateLimited, .rateLimited])
        guard case .failure(let told) = check(password.code(at: safe), of: anna, at: 0) else {
            Issue.record("a right code was looked at after ten wrong ones")
            return
        }
        #expect(told.code == .rateLimited && told.retryAfter ?? .zero > .seconds(2 * 3_600))
        let device = RateSubject.identity(8, 8)
        #expect(try check(password.code(at: safe), of: anna, device: device, at: 0).get() != nil)
        for _ in 0..<10 { #expect(guess(device) == .wrongCode) }
        #expect(guess(device) == .rateLimited)
        // A tenth of a day later there is one more.
        #expect(guess(at: 3) == .wrongCode)
        #expect(guess(at: 3) == .rateLimited)
    }

    /// An authenticator of another installation's root counts no more; the recovery codes do.
    @Test func withAnotherRootTheRecoveryCodesAreLeft() throws {
        let other = InstallationSecrets.random()
        let moved = CodeCheck(
            guards: LoginGuards(
                rates: guards.rates, devices: other.devices, passwords: guards.passwords,
                factors: other.factors)
        ) { Self.noon }
        #expect(refusal(moved(password.code(at: step), of: anna, at: 0)) == .wrongCode)
        #expect(try moved(recovery.text, of: anna, at: 0).get() != nil)
    }

    // MARK: at a login

    private func login(_ method: Authentication, _ sessions: MemorySessionStore = MemorySessionStore()) throws
        -> Result<ProvenLogin, Refusal>
    {
        let pool = try WorkPool(threads: 1, jobs: 10, hashingJobs: 10)
        let state = StateWriter(limits: .standard)
        let desk = LoginDesk(
            limits: .standard, pool: pool, state: state, history: store.history, guards: guards,
            access: AccessTokens(limits: .standard), now: { Self.noon })
        let result = Mutex<Result<ProvenLogin, Refusal>?>(nil)
        let attempt = LoginAttempt(method, from: .loopback, now: MonotonicClock.now())
        let refused = desk.prove(attempt) { found in
            result.withLock { $0 = found }
            state.finish()
        }
        #expect(refused == nil)
        state.run(sessions)
        pool.finish()
        return try #require(result.withLock { $0 })
    }

    private func code(_ result: Result<ProvenLogin, Refusal>) -> RefusalCode? {
        if case .failure(let refusal) = result { refusal.code } else { nil }
    }

    private func method(_ password: String, _ code: String?) -> Authentication {
        .password(user: "anna", password: password, code: code)
    }

    @Test func aLoginNeedsBothAndTheWrongPasswordTellsNothingOfTheOther() throws {
        let right = password.code(at: step)
        for shown in [nil, "000000x", right] {
            #expect(try code(login(method("wrong password", shown))) == .wrongCredentials)
        }
        #expect(try code(login(method("right password", nil))) == .secondFactorRequired)
        #expect(try code(login(method("right password", "x"))) == .wrongCode)
        let proven = try login(method("right password", right)).get()
        #expect(proven.code?.code == .step(step) && proven.tokens != nil)
    }

    /// Nothing is opened, and nothing of the account's other allowance used, by a login that lacks the code.
    @Test func aLoginThatIsRefusedForItsCodeOpensNoSession() throws {
        let sessions = MemorySessionStore()
        for shown in [nil, "x"] { _ = try login(method("right password", shown), sessions) }
        #expect(try sessions.perform([.list(of: anna.id)]) == [.sessions([])])
    }

    /// A link is in the place of the password only.
    @Test func aLinkNeedsTheCodeToo() throws {
        let (token, sessions) = (InviteToken.random(), MemorySessionStore())
        let invite = SessionOperation.Invite(
            token: token.digest, person: anna.id, epoch: 0, expiresAt: Self.noon.advanced(by: .seconds(60)))
        _ = try sessions.perform([.invite(invite)])
        func redeem(_ shown: String?) throws -> Result<ProvenLogin, Refusal> {
            try login(.invite(token: token.text, newPassword: "long enough", code: shown), sessions)
        }
        #expect(try code(redeem(nil)) == .secondFactorRequired)
        #expect(try code(redeem("x")) == .wrongCode)
        let proven = try redeem(recovery.text).get()
        #expect(proven.code != nil && proven.password != nil)
    }
}
