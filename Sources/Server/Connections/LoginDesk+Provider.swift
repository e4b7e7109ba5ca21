import Chat
import Native
import Security
import Wire

/// Logins by identity providers. Any thread.
extension LoginDesk {
    /// A token that is none counts as a failed login of its address, as every other.
    func proveProvider(
        _ login: ProviderLogin, _ attempt: LoginAttempt, _ proved: @escaping Proved
    ) -> Refusal? {
        guard let providers else { return Refusal(.unknownProvider) }
        if let wait = guards.rates.wait(forTokenFrom: attempt.address, now: attempt.now.nanoseconds) {
            return refusal(wait)
        }
        let isTaken = providers.judge(login) { [self] result in
            switch result {
            case .success(let vouched): enter(vouched, proved)
            case .failure(let refusal):
                if refusal.code == .wrongCredentials { _ = failed(attempt) }
                proved(.failure(refusal))
            }
        }
        return isTaken ? nil : busy()
    }

    private func enter(_ vouched: ProviderDesk.Vouched, _ proved: @escaping Proved) {
        do throws(StorageError) {
            guard let person = try history.person(of: vouched.finding.identity) else {
                return try register(vouched, proved)
            }
            guard !person.isDisabled else { return proved(.failure(Refusal(.disabled))) }
            let isAdministrator = vouched.finding.isAdministrator ?? person.isAdministrator
            // Without a change the sequencer has nothing to do, and nothing has to be recorded.
            let change: LoginChange? =
                isAdministrator == person.isAdministrator ? nil : .external(vouched.login(newPerson: nil))
            open(for: person.id, epoch: person.sessionEpoch, change, isKnown: true, proved)
        } catch {
            proved(.failure(refusal(error)))
        }
    }

    /// Somebody whom nobody here is yet. Never an existing person by their name: names are no proof.
    private func register(
        _ vouched: ProviderDesk.Vouched, _ proved: @escaping Proved
    ) throws(StorageError) {
        guard vouched.settings.createsPeople else { return proved(.failure(Refusal(.notLinked))) }
        guard let name = vouched.finding.name, Name(name, maxScalars: limits.nameScalars) != nil else {
            return proved(
                .failure(Refusal(.invalidName, "the provider gives no name that a person can have")))
        }
        // Asked before a session is opened for it; the sequencer asks again.
        guard try history.person(named: name) == nil else {
            return proved(.failure(Refusal(.nameTaken, "an administrator can link the two")))
        }
        var random = SecureRandom()
        let person = PersonID(at: now(), random: &random)
        let new = ExternalLogin.NewPerson(id: person, name: name)
        open(for: person, epoch: 0, .external(vouched.login(newPerson: new)), isKnown: true, proved)
    }
}

extension ProviderDesk.Vouched {
    fileprivate func login(newPerson: ExternalLogin.NewPerson?) -> ExternalLogin {
        ExternalLogin(
            identity: finding.identity, provider: settings.name, newPerson: newPerson,
            isAdministrator: finding.isAdministrator)
    }
}
