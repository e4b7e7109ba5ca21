package import Native

/// One deadline for each slot of a loop, cheap to move: a timing wheel of two levels (Varghese and Lauck,
/// 1987).
///
/// Loop thread only. A deadline that moves later costs one store: its entry stays where it is and is looked
/// at again when its bucket comes round. Deadlines never fire early and at most one tick late. Entries beyond
/// the far end of the wheel (18 minutes) wait in its last bucket and are placed anew there, so any deadline
/// may be given.
package struct TimerWheel {
    /// Nanoseconds of one tick: 16.8 ms.
    package static let tick: Int64 = 1 << 24
    private static let fan: Int64 = 256
    private static let none: Int32 = -1
    private static let never = Int64.max

    /// The tick up to which everything has fired.
    private var current: Int64
    // By slot: the deadline in nanoseconds, the tick at which its bucket is visited, and the links of its
    // bucket's list.
    private var deadlines: [Int64] = []
    private var places: [Int64] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    // By bucket, 0 to 255 for single ticks and 256 to 511 for 256 ticks each.
    private var heads = [Int32](repeating: TimerWheel.none, count: 2 * Int(TimerWheel.fan))
    private var occupied = [UInt64](repeating: 0, count: 2 * Int(TimerWheel.fan) / 64)
    package private(set) var armedCount = 0

    package init(now: Instant) {
        current = now.nanoseconds / Self.tick
    }

    /// Sets or moves the slot's one deadline. One that is past fires with the next tick.
    package mutating func arm(_ slot: UInt32, at deadline: Instant) {
        let index = Int(slot)
        while deadlines.count <= index { grow() }
        let wasLinked = places[index] != Self.never
        deadlines[index] = deadline.nanoseconds
        if wasLinked {
            if places[index] <= Self.tick(of: deadline.nanoseconds) { return }
            unlink(index)
        }
        link(index)
    }

    package mutating func disarm(_ slot: UInt32) {
        let index = Int(slot)
        guard index < deadlines.count, places[index] != Self.never else { return }
        unlink(index)
        deadlines[index] = Self.never
    }

    /// Moves time forward and appends the slots whose deadline has come to `expired`; they are disarmed.
    package mutating func advance(to now: Instant, into expired: inout [UInt32]) {
        let target = now.nanoseconds / Self.tick
        while current < target {
            let visit = nextVisit
            guard visit <= target else {
                current = target
                return
            }
            current = visit
            if current % Self.fan == 0 { empty(coarseBucket(current / Self.fan), into: &expired) }
            empty(Int(current % Self.fan), into: &expired)
        }
    }

    /// When the wheel next has something to look at; `nil` when nothing is armed. It may turn out that a
    /// deadline has moved on meanwhile, so the loop may wake once for nothing.
    package var nextExpiry: Instant? {
        let visit = nextVisit
        return visit == Self.never ? nil : Instant(nanoseconds: visit * Self.tick)
    }

    // MARK: places

    /// The first tick that is not before the deadline.
    private static func tick(of deadline: Int64) -> Int64 {
        deadline <= 0 ? 0 : (deadline - 1) / tick + 1
    }

    private func coarseBucket(_ coarse: Int64) -> Int { Int(Self.fan + coarse % Self.fan) }

    private func bucket(ofPlace place: Int64, coarse: Bool) -> Int {
        coarse ? coarseBucket(place / Self.fan) : Int(place % Self.fan)
    }

    private mutating func link(_ index: Int) {
        let tick = max(Self.tick(of: deadlines[index]), current + 1)
        let isCoarse = tick - current >= Self.fan
        let place = isCoarse ? min(tick / Self.fan, current / Self.fan + Self.fan - 1) * Self.fan : tick
        let bucket = bucket(ofPlace: place, coarse: isCoarse)
        places[index] = place
        // The head of a list names its bucket, so that unlinking finds it.
        previous[index] = -Int32(bucket) - 2
        next[index] = heads[bucket]
        if heads[bucket] != Self.none { previous[Int(heads[bucket])] = Int32(index) }
        heads[bucket] = Int32(index)
        occupied[bucket / 64] |= 1 << UInt64(bucket % 64)
        armedCount += 1
    }

    private mutating func unlink(_ index: Int) {
        let after = next[index]
        let before = previous[index]
        if after != Self.none { previous[Int(after)] = before }
        if before >= 0 {
            next[Int(before)] = after
        } else {
            let bucket = Int(-(before + 2))
            heads[bucket] = after
            if after == Self.none { occupied[bucket / 64] &= ~(1 << UInt64(bucket % 64)) }
        }
        places[index] = Self.never
        armedCount -= 1
    }

    /// Takes a bucket's whole list: what is due expires, what has moved on finds its new place.
    private mutating func empty(_ bucket: Int, into expired: inout [UInt32]) {
        var entry = heads[bucket]
        heads[bucket] = Self.none
        occupied[bucket / 64] &= ~(1 << UInt64(bucket % 64))
        while entry != Self.none {
            let index = Int(entry)
            entry = next[index]
            places[index] = Self.never
            armedCount -= 1
            if Self.tick(of: deadlines[index]) <= current {
                deadlines[index] = Self.never
                expired.append(UInt32(index))
            } else {
                link(index)
            }
        }
    }

    private mutating func grow() {
        deadlines.append(Self.never)
        places.append(Self.never)
        next.append(Self.none)
        previous.append(Self.none)
    }

    // MARK: the next visit

    private var nextVisit: Int64 {
        let fine = firstOccupied(after: current % Self.fan, level: 0)
        let coarse = firstOccupied(after: current / Self.fan % Self.fan, level: 1)
        let fineTick = fine.map { current + $0 } ?? Self.never
        let coarseTick = coarse.map { (current / Self.fan + $0) * Self.fan } ?? Self.never
        return min(fineTick, coarseTick)
    }

    /// How far the first occupied bucket lies after the given one, round the wheel: 1 to 256.
    private func firstOccupied(after position: Int64, level: Int) -> Int64? {
        let words = Int(Self.fan) / 64
        let start = Int((position + 1) % Self.fan)
        for step in 0...words {
            let word = (start / 64 + step) % words
            var bits = occupied[level * words + word]
            // The first word counts from the start on; the last visit is to that same word's lower part.
            if step == 0 { bits &= ~0 << UInt64(start % 64) }
            if step == words { bits &= ~(~0 << UInt64(start % 64)) }
            guard bits != 0 else { continue }
            let found = Int64(word * 64 + bits.trailingZeroBitCount)
            return (found - position - 1 + 2 * Self.fan) % Self.fan + 1
        }
        return nil
    }
}
