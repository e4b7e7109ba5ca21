/// How short memory is. Each step does what those before it do too.
package enum MemoryStep: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    case relaxed
    /// Caches are given up, and a connection gathers less.
    case shrinking
    /// New connections are told to come back later.
    case refusing
    /// They are not taken at all, and the slowest readers are sent away.
    case shedding

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The marks at which the steps begin and end. A value; pure rules.
struct MemoryMarks: Hashable, Sendable {
    /// In bytes; 0: none.
    let limit: Int

    /// Of the limit, in percent; each ends so much below.
    private static let begins: [(step: MemoryStep, percent: Int)] = [
        (.shrinking, 80), (.refusing, 87), (.shedding, 93),
    ]
    private static let slack = 5

    /// - Parameter ceiling: what the machine, or this process's part of it, has; in bytes.
    /// - Parameter megabytes: the operator's word; 0: a share of what there is.
    init(megabytes: Int, ceiling: Int, sharePercent: Int) {
        self.init(limit: megabytes > 0 ? megabytes << 20 : ceiling / 100 * sharePercent)
    }

    init(limit: Int) { self.limit = limit }

    func step(after last: MemoryStep, used: Int) -> MemoryStep {
        guard limit > 0 else { return .relaxed }
        var step = MemoryStep.relaxed
        for (next, percent) in Self.begins {
            let mark = last >= next ? percent - Self.slack : percent
            if used >= limit / 100 * mark { step = next }
        }
        return step
    }

    /// How much is to be given up to be out of the last step again.
    func excess(_ used: Int) -> Int { max(0, used - limit / 100 * (93 - Self.slack)) }
}
