import Chat
import Client
import Testing

@Suite("Back-off")
struct BackoffTests {
    private struct Fixed: RandomNumberGenerator {
        let value: UInt64
        mutating func next() -> UInt64 { value }
    }

    @Test func `doubles to its cap, without jitter at one end`() {
        var backoff = Backoff(least: .milliseconds(100), most: .seconds(1))
        var random = Fixed(value: 0)
        let delays = (0..<6).map { _ in backoff.next(random: &random) }
        #expect(delays == [100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
        backoff.reset()
        #expect(backoff.next(random: &random) == .milliseconds(100))
    }

    @Test func `jitter takes at most half away, and spreads`() {
        var random = SplitMix(seed: 3)
        var seen: Set<Duration> = []
        for _ in 0..<100 {
            var backoff = Backoff(least: .seconds(1), most: .seconds(8))
            for most in [1, 2, 4, 8, 8] {
                let delay = backoff.next(random: &random)
                #expect(delay <= .seconds(most) && delay >= .seconds(most) / 2)
                seen.insert(delay)
            }
        }
        #expect(seen.count > 400)
    }

    @Test func `never comes earlier than the server asked`() {
        var backoff = Backoff()
        var random = SplitMix(seed: 3)
        #expect(backoff.next(noLessThan: .seconds(90), random: &random) >= .seconds(90))
    }

    @Test func `clients that a server sends away together do not come back together`() {
        var seen: Set<Duration> = []
        for seed in 0..<100 as Range<UInt64> {
            var backoff = Backoff()
            var random = SplitMix(seed: seed)
            let delay = backoff.next(noLessThan: .milliseconds(250), random: &random)
            #expect(delay >= .milliseconds(250) && delay < .milliseconds(1_250))
            seen.insert(delay)
        }
        #expect(seen.count > 90)
        #expect((seen.max() ?? .zero) - (seen.min() ?? .zero) > .milliseconds(900))
    }

    @Test func `does not overflow after any number of failures`() {
        var backoff = Backoff()
        var random = SplitMix(seed: 4)
        for _ in 0..<10_000 { #expect(backoff.next(random: &random) <= .seconds(30)) }
        #expect(backoff.failures == 10_000)
    }

    @Test func `send ids ascend, whatever the clock does`() {
        var source = SendIDSource()
        var random = SplitMix(seed: 5)
        var last = source.next(at: Timestamp(milliseconds: 1_000), random: &random)
        for step in 0..<20_000 {
            let now = Timestamp(milliseconds: 1_000 + (step % 7 == 0 ? -900 : Int64(step / 100)))
            let id = source.next(at: now, random: &random)
            #expect(id > last)
            #expect(id.high >> 12 & 0xf == 7 && id.low >> 62 == 2)
            last = id
        }
    }

    @Test func `send ids ascend when the random part is used up`() {
        var source = SendIDSource()
        var random = Fixed(value: .max)
        let first = source.next(at: Timestamp(milliseconds: 5), random: &random)
        let second = source.next(at: Timestamp(milliseconds: 5), random: &random)
        #expect(second > first)
        #expect(second.high >> 12 & 0xf == 7 && second.low >> 62 == 2)
    }
}
