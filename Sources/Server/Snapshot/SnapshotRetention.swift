package import Chat

/// Which snapshots are kept: the newest of each of the last days, weeks and months that have one. A value.
package struct SnapshotRetention: Hashable, Sendable {
    private static let day: Int64 = 86_400_000

    package var daily = 7
    package var weekly = 4
    package var monthly = 12

    package init() {}

    /// - Parameter moments: when each was made, in any order.
    /// - Returns: those that nobody needs any more; never the newest.
    package func superfluous(_ moments: [Timestamp]) -> [Timestamp] {
        let newestFirst = moments.sorted(by: >)
        var kept = Set(newestFirst.prefix(1))
        for (count, period) in [(daily, Self.dayOf), (weekly, Self.weekOf), (monthly, Self.monthOf)] {
            var periods: [String] = []
            for moment in newestFirst where periods.last != period(moment) {
                guard periods.count < count else { break }
                periods.append(period(moment))
                kept.insert(moment)
            }
        }
        return newestFirst.filter { !kept.contains($0) }
    }

    // In UTC: no day is skipped or doubled when clocks are changed.
    private static func dayOf(_ moment: Timestamp) -> String { moment.date }
    private static func monthOf(_ moment: Timestamp) -> String { String(moment.date.prefix(7)) }

    /// From Monday on: 1970 began on a Thursday.
    private static func weekOf(_ moment: Timestamp) -> String {
        "\((moment.milliseconds / day + 3) / 7)"
    }
}
