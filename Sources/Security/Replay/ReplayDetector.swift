import Native
import Synchronization

/// Which hellos came already, by their nonces: one that comes again is not answered. Shared by all loops.
///
/// A repeated hello wins nothing even when it is answered, because the answer has a fresh share. So what is
/// remembered may be bounded: the last `most` nonces at least, each for `memory` at least unless more come,
/// and none across a restart. A nonce is kept as its keyed hash of eight bytes: who does not know the key
/// cannot make the nonce of another.
package final class ReplayDetector: Sendable {
    private struct Seen {
        var young: Set<UInt64> = []
        var old: Set<UInt64> = []
        /// When the young ones began, in nanoseconds of the monotonic clock; `nil` before the first.
        var since: Int64?

        func isOver(at now: Int64, _ memory: Int64) -> Bool { since.map { now - $0 >= memory } ?? true }
    }

    // Lock tier 8: a leaf, held for two look-ups.
    private let seen = Mutex(Seen())
    private let hash: SipHash
    private let most: Int
    /// In nanoseconds.
    private let memory: Int64

    /// Remembers up to twice as many as `most`, which is at least 1.
    package init(most: Int, memory: Duration, key: SipHash) {
        self.most = max(most, 1)
        self.memory = memory.wholeNanoseconds
        hash = key
    }

    /// How many are remembered now.
    package var count: Int { seen.withLock { $0.young.count + $0.old.count } }

    /// Whether this nonce came before; from now on it did. `now` is the monotonic clock's, in nanoseconds.
    package func isRepeated(_ nonce: [UInt8], now: Int64) -> Bool {
        let mark = mark(of: nonce)
        return seen.withLock { seen in
            if seen.young.count >= most || seen.isOver(at: now, memory) {
                (seen.old, seen.young, seen.since) = (seen.young, [], now)
            }
            return seen.old.contains(mark) || !seen.young.insert(mark).inserted
        }
    }

    /// The hash of its words, each with the hash of those before.
    private func mark(of nonce: [UInt8]) -> UInt64 {
        var hash = UInt64(nonce.count)
        var word: UInt64 = 0
        for (index, byte) in nonce.enumerated() {
            word = word << 8 | UInt64(byte)
            guard index % 8 == 7 || index == nonce.count - 1 else { continue }
            hash = self.hash(hash, word)
            word = 0
        }
        return hash
    }
}
