import Chat
import Native
import Reactor
import Security
import Wire

/// People who come by a link that is open to them. Any thread.
extension LoginDesk {
    /// Looked up first, on the pool: for a token that is none nothing is hashed. What the history says is the
    /// past already; the sequencer asks again.
    func proveNewcomer(
        _ text: String, _ name: String, _ password: String, _ attempt: LoginAttempt,
        _ proved: @escaping Proved
    ) -> Refusal? {
        if let objection = guards.passwords.objection(to: password) {
            return Refusal(.invalidArgument, objection)
        }
        if let wait = guards.rates.wait(forTokenFrom: attempt.address, now: attempt.now.nanoseconds) {
            return refusal(wait)
        }
        guard let token = InviteToken(text: text, .newcomer) else { return failed(attempt) }
        let isTaken = pool.submit { [self] in
            do throws(StorageError) {
                guard let invite = try history.openInvite(token: token.digest), invite.expiresAt > now()
                else {
                    return proved(.failure(failed(attempt)))
                }
                if let refusal = try objection(to: name) { return proved(.failure(refusal)) }
                make(name, password, token.digest, attempt, proved)
            } catch {
                proved(.failure(refusal(error)))
            }
        }
        return isTaken ? nil : busy()
    }

    /// Asked before anything is hashed. Whether it looks like another's name only the sequencer knows.
    private func objection(to name: String) throws(StorageError) -> Refusal? {
        guard Name(name, maxScalars: limits.nameScalars) != nil else {
            return Refusal(
                .invalidName, "a person's name \(Name.demand), \(limits.nameScalars) at most")
        }
        guard try history.person(named: name) == nil else {
            return Refusal(.nameTaken, "somebody has that name, or one that looks like it")
        }
        return nil
    }

    private func make(
        _ name: String, _ password: String, _ token: Digest, _ attempt: LoginAttempt,
        _ proved: @escaping Proved
    ) {
        hash(password, attempt, proved) { [self] hash, charge in
            var random = SecureRandom()
            let newcomer = Newcomer(
                token: token, id: PersonID(at: now(), random: &random), name: name, password: hash)
            open(for: newcomer.id, epoch: 0, .newcomer(newcomer), charge: charge, isKnown: false, proved)
        }
    }
}
