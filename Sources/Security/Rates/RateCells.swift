import Chat
import Native

/// Buckets of many subjects in fixed memory: sets of eight places, each a subject's hash and the moment at
/// which its bucket is full. Any thread, without a lock.
///
/// A new subject takes the place of one whose bucket is full, because a full bucket remembers nothing. Where
/// a set has no full bucket there is no room, and the caller turns to a wider one.
///
/// The error: taking is exact as long as subjects keep their places. In the moment in which a place changes
/// its subject, what other threads take there at the same time may be charged to the other of the two, and
/// two threads may give one subject two places; so for each change a subject can gain or lose at most one
/// take for each other thread. Two subjects of one 64-bit hash share a bucket.
package final class RateCells: Sendable {
    enum Outcome: Hashable {
        case granted(place: Int, tag: Int64)
        case refused(nanoseconds: Int64)
        case noRoom
    }

    static let ways = 8
    /// Tag and moment of place n are the cells 2n and 2n + 1. A tag of 0: never used.
    private let cells: AtomicCells
    private let sets: Int

    /// - Parameter places: a power of two, at least eight; 16 bytes each.
    init(places: Int) {
        precondition(
            places >= Self.ways && places.nonzeroBitCount == 1, "RateCells: \(places) is no number of places")
        sets = places / Self.ways
        cells = AtomicCells(count: 2 * places)
    }

    /// - Parameter hash: of the subject, under a key that nobody else knows.
    func take(_ cost: Int, of hash: UInt64, _ rate: Rate, now: Int64) -> Outcome {
        let tag = Self.tag(hash)
        guard let place = find(tag) ?? claim(tag, now: now) else { return .noRoom }
        return take(cost, place: place, tag: tag, rate, now: now)
    }

    /// Whether `cost` could be taken now; a subject without a place has a full bucket.
    func has(_ cost: Int, for hash: UInt64, _ rate: Rate, now: Int64) -> Int64? {
        guard let place = find(Self.tag(hash)) else { return nil }
        guard case .refused(let wait) = rate.take(cost, from: cells.load(2 * place + 1), at: now) else {
            return nil
        }
        return wait
    }

    /// Gives back what was taken, unless the place has another subject by now.
    func giveBack(_ nanoseconds: Int64, place: Int, tag: Int64) {
        var fullAt = cells.load(2 * place + 1)
        while cells.load(2 * place) == tag {
            let found = cells.exchange(2 * place + 1, fullAt, for: max(0, fullAt - nanoseconds))
            if found == fullAt { return }
            fullAt = found
        }
    }

    // MARK: what outlives the process

    /// The tag and the moment of each bucket that is full only after `moment`.
    func entries(fullAfter moment: Int64) -> [(tag: Int64, fullAt: Int64)] {
        (0..<sets * Self.ways).compactMap { place in
            let (tag, fullAt) = (cells.load(2 * place), cells.load(2 * place + 1))
            return tag != 0 && fullAt > moment ? (tag, fullAt) : nil
        }
    }

    /// Before anybody takes. An entry for which there is no room is forgotten.
    func restore(tag: Int64, fullAt: Int64) {
        guard tag & 1 == 1, let place = find(tag) ?? claim(tag, now: 0) else { return }
        _ = cells.exchange(2 * place + 1, 0, for: fullAt)
    }

    // MARK: places

    /// Never 0, and odd: so that a damaged entry is known.
    private static func tag(_ hash: UInt64) -> Int64 { Int64(bitPattern: hash | 1) }

    private func places(of tag: Int64) -> Range<Int> {
        let set = Int(truncatingIfNeeded: UInt64(bitPattern: tag) >> 32) & (sets - 1)
        return set * Self.ways..<(set + 1) * Self.ways
    }

    private func find(_ tag: Int64) -> Int? { places(of: tag).first { cells.load(2 * $0) == tag } }

    private func claim(_ tag: Int64, now: Int64) -> Int? {
        for place in places(of: tag) {
            let owner = cells.load(2 * place)
            guard owner == 0 || cells.load(2 * place + 1) <= now else { continue }
            let found = cells.exchange(2 * place, owner, for: tag)
            // The same subject may have been given the place by another thread.
            if found == owner || found == tag { return place }
        }
        return nil
    }

    private func take(_ cost: Int, place: Int, tag: Int64, _ rate: Rate, now: Int64) -> Outcome {
        var fullAt = cells.load(2 * place + 1)
        while true {
            switch rate.take(cost, from: fullAt, at: now) {
            case .refused(let wait): return .refused(nanoseconds: wait)
            case .granted(let next):
                let found = cells.exchange(2 * place + 1, fullAt, for: next)
                if found == fullAt { return .granted(place: place, tag: tag) }
                fullAt = found
            }
        }
    }
}
