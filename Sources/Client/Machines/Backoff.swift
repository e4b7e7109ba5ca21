/// How long to wait before the next attempt: doubling, jittered, capped.
///
/// The jitter takes up to half of each delay away, so that clients which lost the same server do not come
/// back in one wave; to a moment that the server named for all of them it adds a part. Chance is an argument:
/// the same generator gives the same delays.
package struct Backoff: Hashable, Sendable {
    package let least: Duration
    package let most: Duration
    /// What is added at most to the delay that a server asked for.
    package let spread: Duration
    /// Failures since the last `reset()`.
    package private(set) var failures = 0

    package init(
        least: Duration = .milliseconds(100), most: Duration = .seconds(30), spread: Duration = .seconds(1)
    ) {
        precondition(least > .zero && least <= most && spread >= .zero, "Backoff: 0 < least <= most")
        self.least = least
        self.most = most
        self.spread = spread
    }

    /// The delay after one more failure; never less than the server asked for, even beyond the cap.
    package mutating func next(
        noLessThan asked: Duration = .zero, random: inout some RandomNumberGenerator
    ) -> Duration {
        var delay = least
        var doublings = 0
        while doublings < failures && delay < most {
            delay *= 2
            doublings += 1
        }
        failures += 1
        delay = min(delay, most)
        // In 65,536ths of half the delay: fine enough, and free of floating point. A power of two, because a
        // draw below any other bound is repeated until it is fair, for ever with a generator that always says
        // the same.
        let share = Int64(random.next() & 0xffff)
        delay -= delay / 2 / 65_536 * share
        return asked > .zero ? max(asked + spread / 65_536 * share, delay) : delay
    }

    /// The attempt succeeded: the next failure waits the least delay again.
    package mutating func reset() { failures = 0 }
}
