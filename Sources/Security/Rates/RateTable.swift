package import Chat
import Native
import Synchronization

/// The buckets of one kind, such as failed logins of addresses. Fixed memory, whatever comes; any thread.
///
/// A subject for which there is no place shares the bucket of a wider network, sixteen times as large, and in
/// the end one with everybody. So who is refused is refused for his own or his neighbours' doing, and a
/// million addresses cost no more memory than ten.
package final class RateTable: Sendable {
    /// What `giveBack` needs. A value.
    package struct Charge: Hashable, Sendable {
        fileprivate let level: Int
        fileprivate let place: Int
        fileprivate let tag: Int64
        fileprivate let nanoseconds: Int64
    }

    package enum Outcome: Hashable, Sendable {
        /// `nil`: there is no limit, and nothing was taken.
        case granted(Charge?)
        case refused(nanoseconds: Int64)
    }

    /// A bucket that is not full, for a store. `level` counts from the narrowest.
    package struct Entry: Hashable, Sendable {
        package let level: Int
        package let tag: Int64
        /// On this process's monotonic clock.
        package let fullAt: Int64

        package init(level: Int, tag: Int64, fullAt: Int64) {
            self.level = level
            self.tag = tag
            self.fullAt = fullAt
        }
    }

    /// How much more a bucket of the next level holds.
    private static let widening = 16
    private let hash: SipHash
    private let levels: [RateCells]
    /// The bucket that everybody shares who found no place elsewhere: one cell.
    private let everybody = AtomicCells(count: 1)
    private let period: Duration
    private let amount: Atomic<Int>

    /// - Parameter places: how many buckets each level has, the narrowest first; powers of two from eight on.
    package init(_ rate: Rate, places: [Int], hash: SipHash) {
        period = rate.period
        amount = Atomic(rate.amount)
        levels = places.map { RateCells(places: $0) }
        self.hash = hash
    }

    /// For what is taken from now on. What was taken before stays taken.
    package func set(_ amount: Int) { self.amount.store(amount, ordering: .relaxed) }

    package var rate: Rate { Rate(amount.load(ordering: .relaxed), per: period) }

    package func take(_ cost: Int, of subject: RateSubject, now: Int64) -> Outcome {
        var rate = rate
        guard rate.isLimited else { return .granted(nil) }
        for level in 0..<min(levels.count, subject.levels) {
            let words = subject.words(level: level)
            switch levels[level].take(cost, of: hash(words.0, words.1), rate, now: now) {
            case .granted(let place, let tag):
                return .granted(
                    Charge(level: level, place: place, tag: tag, nanoseconds: rate.nanoseconds(for: cost)))
            case .refused(let wait): return .refused(nanoseconds: wait)
            case .noRoom: rate = rate.widened(by: Self.widening)
            }
        }
        return takeOfEverybody(cost, rate.widened(by: Self.widening), now: now)
    }

    /// How long until `cost` may be taken; `nil` for now. Takes nothing, and looks at the subject's own
    /// bucket only.
    package func wait(for cost: Int, of subject: RateSubject, now: Int64) -> Int64? {
        let rate = rate
        guard rate.isLimited, let narrowest = levels.first else { return nil }
        let words = subject.words(level: 0)
        return narrowest.has(cost, for: hash(words.0, words.1), rate, now: now)
    }

    package func giveBack(_ charge: Charge?) {
        guard let charge else { return }
        guard charge.level < levels.count else { return giveBackToEverybody(charge.nanoseconds) }
        levels[charge.level].giveBack(charge.nanoseconds, place: charge.place, tag: charge.tag)
    }

    private func takeOfEverybody(_ cost: Int, _ rate: Rate, now: Int64) -> Outcome {
        var fullAt = everybody.load(0)
        while true {
            switch rate.take(cost, from: fullAt, at: now) {
            case .refused(let wait): return .refused(nanoseconds: wait)
            case .granted(let next):
                let found = everybody.exchange(0, fullAt, for: next)
                if found == fullAt {
                    return .granted(
                        Charge(
                            level: levels.count, place: 0, tag: 0, nanoseconds: rate.nanoseconds(for: cost)))
                }
                fullAt = found
            }
        }
    }

    private func giveBackToEverybody(_ nanoseconds: Int64) {
        var fullAt = everybody.load(0)
        while true {
            let found = everybody.exchange(0, fullAt, for: max(0, fullAt - nanoseconds))
            if found == fullAt { return }
            fullAt = found
        }
    }

    // MARK: what outlives the process

    package func entries(fullAfter moment: Int64) -> [Entry] {
        var entries: [Entry] = []
        for (level, cells) in levels.enumerated() {
            for (tag, fullAt) in cells.entries(fullAfter: moment) {
                entries.append(Entry(level: level, tag: tag, fullAt: fullAt))
            }
        }
        if everybody.load(0) > moment {
            entries.append(Entry(level: levels.count, tag: 1, fullAt: everybody.load(0)))
        }
        return entries
    }

    /// Before anybody takes. Entries that are none of this table's are passed over.
    package func restore(_ entry: Entry) {
        if levels.indices.contains(entry.level) {
            levels[entry.level].restore(tag: entry.tag, fullAt: entry.fullAt)
        } else if entry.level == levels.count {
            _ = everybody.exchange(0, 0, for: entry.fullAt)
        }
    }
}
