import Native
import Testing

@testable import Security

/// When keys are fetched, used and given up.
@Suite struct ProviderKeyCacheTests {
    private static let keys = JSONWebKeySet(keys: [
        JSONWebKey(id: "one", algorithm: nil, material: .ed25519([1]))
    ])
    private var cache = ProviderKeyCache()

    @Test mutating func theFirstLoginFetches() {
        #expect(cache.advice(keyID: "one", now: .zero) == .fetch)
        cache.fetched(Self.keys, now: .seconds(1))
        #expect(cache.advice(keyID: "one", now: .seconds(2)) == .use(Self.keys))
        #expect(cache.advice(keyID: nil, now: .seconds(2)) == .use(Self.keys))
    }

    @Test mutating func unknownNamesCostOneFetchAMinute() {
        cache.fetched(Self.keys, now: .zero)
        let refused = ProviderKeyCache.Advice.refuse(.token(.unknownKey), retryAfter: nil)
        for second in 0..<60 { #expect(cache.advice(keyID: "x\(second)", now: .seconds(second)) == refused) }
        #expect(cache.advice(keyID: "two", now: .seconds(60)) == .fetch)
        cache.fetched(Self.keys, now: .seconds(60))
        #expect(cache.advice(keyID: "three", now: .seconds(61)) == refused)
        #expect(cache.advice(keyID: "one", now: .seconds(61)) == .use(Self.keys))
    }

    @Test mutating func keysAreFetchedAgainAndOldOnesServeMeanwhile() {
        cache.fetched(Self.keys, now: .zero)
        #expect(cache.advice(keyID: "one", now: .seconds(600)) == .fetch)
        #expect(cache.advice(keyID: "one", now: .seconds(600), isFetching: true) == .use(Self.keys))
        cache.failed(.http(.tooSlow), now: .seconds(605))
        #expect(cache.advice(keyID: "one", now: .seconds(605)) == .use(Self.keys))
        #expect(cache.advice(keyID: "one", now: .seconds(607)) == .fetch)
    }

    /// A key that the provider has withdrawn does not live for ever because the provider is silent.
    @Test mutating func keysOfAnHourAgoAreNone() {
        cache.fetched(Self.keys, now: .zero)
        cache.failed(.http(.unreachable), now: .seconds(3_599))
        #expect(
            cache.advice(keyID: "one", now: .milliseconds(3_600_000 - 500)) == .use(Self.keys))
        #expect(cache.advice(keyID: "one", now: .seconds(3_600)) == .fetch)
        cache.failed(.http(.unreachable), now: .seconds(3_600))
        #expect(
            cache.advice(keyID: "one", now: .seconds(3_601))
                == .refuse(.http(.unreachable), retryAfter: .seconds(1)))
    }

    @Test mutating func thePauseAfterFailuresGrowsToAMinute() {
        var now = Duration.zero
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            #expect(cache.advice(keyID: nil, now: now) == .fetch)
            cache.failed(.status, now: now)
            now += .seconds(pause)
            #expect(
                cache.advice(keyID: nil, now: now - .milliseconds(1))
                    == .refuse(.status, retryAfter: .milliseconds(1)))
        }
    }
}
