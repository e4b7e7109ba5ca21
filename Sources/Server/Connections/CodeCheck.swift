import Chat
import Security

/// Finds out what a second factor's code is worth: for a login, and for changing the factor itself. Any
/// thread.
///
/// Nothing is used up here: the sequencer does it, in the order of all that happens. Only whoever has proved
/// the password gets here, so that nobody else learns whether there is a factor.
struct CodeCheck: Sendable {
    let guards: LoginGuards
    let now: @Sendable () -> Timestamp

    /// - Parameter device: the known one that it comes from; `nil` for a stranger.
    /// - Parameter moment: nanoseconds of the monotonic clock.
    /// - Returns: what is to be used up; `nil` for a person without a factor.
    func callAsFunction(
        _ code: String?, of person: Person, device: RateSubject? = nil, at moment: Int64
    ) -> Result<CodeUse?, Refusal> {
        guard let factor = person.factor else { return .success(nil) }
        guard let code else { return .failure(Refusal(.secondFactorRequired)) }
        switch guards.rates.charge(codeOf: person.id, device: device, now: moment) {
        case .refused(let wait):
            return .failure(Refusal(.rateLimited, "too many wrong codes", retryAfter: wait))
        case .granted(let charge):
            guard let use = use(of: code, factor, of: person.id) else {
                guards.rates.failed()
                return .failure(Refusal(.wrongCode))
            }
            guards.rates.giveBack(charge)
            return .success(use)
        }
    }

    private func use(of text: String, _ factor: SecondFactor, of person: PersonID) -> CodeUse? {
        let digits = text.filter { $0 != " " }
        if OneTimePassword.isCode(digits) {
            let password = guards.factors.open(factor, of: person)
            return password?.step(of: digits, now: now(), after: factor.lastStep)
                .map { CodeUse(factor: factor.id, code: .step($0)) }
        }
        guard let digest = RecoveryCode(text: text)?.digest(of: factor.id),
            factor.recoveryCodes.contains(digest)
        else { return nil }
        return CodeUse(factor: factor.id, code: .recovery(digest))
    }
}
