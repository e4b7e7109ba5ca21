/// When a provider's keys are used, fetched anew or given up. A value without a clock: moments are durations
/// of any clock that never steps.
///
/// Its bounds are what a flood of tokens with invented key names costs: one fetch a minute.
package struct ProviderKeyCache: Sendable {
    /// Keys are fetched again after this time, at the next login.
    package static let fresh = Duration.seconds(600)
    /// While the provider does not answer its keys are good for so long; then its people cannot log in.
    package static let greatestAge = Duration.seconds(3_600)
    /// Between two fetches for the sake of a key that is not known.
    package static let unknownKeyPause = Duration.seconds(60)
    /// After a fetch that failed, doubled with each that follows.
    package static let leastPause = Duration.seconds(1)
    package static let greatestPause = Duration.seconds(60)

    package enum Advice: Equatable, Sendable {
        case use(JSONWebKeySet)
        /// Then call `fetched` or `failed`, and ask again.
        case fetch
        case refuse(ProviderFault, retryAfter: Duration?)
    }

    private var keys: JSONWebKeySet?
    private var fetchedAt = Duration.zero
    private var notBefore = Duration.zero
    private var failures = 0
    /// Why the last fetch failed, while there is a pause after it.
    private var fault = ProviderFault.paused

    package init() {}

    /// What to do about a token that was signed by the key of this name; `nil` for one that names none.
    /// - Parameter isFetching: a fetch is under way, whose end nobody waits for who can do without.
    package func advice(keyID: String?, now: Duration, isFetching: Bool = false) -> Advice {
        guard let keys, now - fetchedAt < Self.greatestAge else {
            return now >= notBefore ? .fetch : .refuse(fault, retryAfter: notBefore - now)
        }
        if now - fetchedAt >= Self.fresh, now >= notBefore, !isFetching { return .fetch }
        if keyID == nil || keys.keys.contains(where: { $0.id == keyID }) { return .use(keys) }
        let mayAsk = now - fetchedAt >= Self.unknownKeyPause && now >= notBefore
        return mayAsk ? .fetch : .refuse(.token(.unknownKey), retryAfter: nil)
    }

    package mutating func fetched(_ keys: JSONWebKeySet, now: Duration) {
        self.keys = keys
        fetchedAt = now
        notBefore = now
        failures = 0
    }

    package mutating func failed(_ fault: ProviderFault, now: Duration) {
        let doublings = min(failures, 6)
        notBefore = now + min(Self.leastPause * (1 << doublings), Self.greatestPause)
        failures += 1
        self.fault = fault
    }
}
