/// Compares a password with what is stored of a person, at the same cost whether there is such a person or
/// not.
package struct PasswordCheck: Sendable {
    package enum Verdict: Hashable, Sendable {
        case right
        /// Right, and stored with outdated costs: this is to be stored instead.
        case rightNeedingRehash(PasswordHash)
        case wrong
    }

    private let costs: PasswordCosts
    private let decoy: PasswordHash

    package init(costs: PasswordCosts = .standard) {
        self.costs = costs
        decoy = .decoy(costs: costs)
    }

    /// `stored` is the person's encoded hash: `nil` when the person is unknown, disabled, or has set none.
    /// One that does not parse counts as none: nobody can log in by it.
    package func callAsFunction(_ password: String, against stored: String?) -> Verdict {
        guard let stored, let hash = PasswordHash(encoded: stored) else {
            _ = decoy.verify(password)
            return .wrong
        }
        guard hash.verify(password) else {
            // One that was cheaper costs as much as nobody's, or it would tell that there is somebody.
            if let missing = hash.costs.missing(to: costs) {
                _ = PasswordHash(of: password, costs: missing)
            }
            return .wrong
        }
        return hash.needsRehash(costs: costs)
            ? .rightNeedingRehash(PasswordHash(of: password, costs: costs)) : .right
    }
}
