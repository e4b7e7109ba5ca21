package import Chat
import Native
package import Reactor
import Security
import Wire

/// Proves that a person may change the own second factor: by a code, or by the password in the hashing lane.
/// Any thread asks.
package struct FactorDesk: Sendable {
    /// What a change rests on: the person as stored, and what is used up by it.
    struct Proven: Sendable {
        let person: Person
        let proof: FactorProof
    }

    typealias Proved = @Sendable (Result<Proven, Refusal>) -> Void

    private let pool: WorkPool
    private let history: any HistoryReader
    private let guards: LoginGuards
    private let check: CodeCheck
    private let passwords: PasswordCheck
    private let limits: Limits

    package init(
        limits: Limits, pool: WorkPool, history: any HistoryReader, guards: LoginGuards,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.limits = limits
        self.pool = pool
        self.history = history
        self.guards = guards
        passwords = PasswordCheck(costs: guards.costs)
        check = CodeCheck(guards: guards, now: now)
    }

    var secrets: FactorSecrets { guards.factors }

    /// - Parameter name: under which the password's failures are charged.
    /// - Parameter proved: called once, on another thread; not at all when this answers with a refusal.
    func prove(
        _ credential: FactorCredential, of id: PersonID, named name: String, from address: IPAddress,
        now: Instant, proved: @escaping Proved
    ) -> Refusal? {
        switch credential {
        case .code(let code):
            let isTaken = pool.submit { [self] in
                proved(find(id) { person in codeProof(code, of: person, at: now.nanoseconds) })
            }
            return isTaken ? nil : busy
        case .password(let password):
            let verdict = guards.rates.charge(loginOf: name, from: address, now: now.nanoseconds)
            guard case .granted(let charge) = verdict else { return tooOften(verdict) }
            let isTaken = pool.submitHashing(
                { [self] in
                    proved(find(id) { person in passwordProof(password, of: person, charge) })
                }, isPreferred: true)
            guard !isTaken else { return nil }
            guards.rates.giveBack(charge)
            return busy
        }
    }

    /// Reads the person. Blocks: on the pool's threads.
    func find(_ id: PersonID) -> Result<Person, Refusal> {
        do throws(StorageError) {
            guard let person = try history.person(id) else { return .failure(Refusal(.unknownPerson)) }
            return .success(person)
        } catch {
            return .failure(busy)
        }
    }

    private func find(_ id: PersonID, _ then: (Person) -> Result<FactorProof, Refusal>)
        -> Result<Proven, Refusal>
    {
        find(id).flatMap { person in
            guard person.factor != nil else { return .failure(Refusal(.noSecondFactor)) }
            return then(person).map { Proven(person: person, proof: $0) }
        }
    }

    private func codeProof(_ code: String, of person: Person, at moment: Int64) -> Result<
        FactorProof, Refusal
    > {
        check(code, of: person, at: moment).flatMap { use in
            use.map { .success(.code($0)) } ?? .failure(Refusal(.noSecondFactor))
        }
    }

    private func passwordProof(
        _ password: String, of person: Person, _ charge: RateLimiter.LoginCharge
    ) -> Result<FactorProof, Refusal> {
        guard passwords(password, against: person.password) != .wrong else {
            guards.rates.failed()
            return .failure(Refusal(.wrongCredentials))
        }
        guards.rates.giveBack(charge)
        return .success(.password(epoch: person.sessionEpoch))
    }

    private var busy: Refusal { Refusal(.busy, retryAfter: limits.busyRetry) }

    private func tooOften(_ verdict: RateLimiter.LoginVerdict) -> Refusal {
        guard case .refused(let wait) = verdict else { return busy }
        return Refusal(.rateLimited, "too many wrong passwords", retryAfter: wait)
    }
}
