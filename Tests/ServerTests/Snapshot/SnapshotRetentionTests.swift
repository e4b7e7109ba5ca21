import Chat
import Testing

@testable import Server

@Suite struct SnapshotRetentionTests {
    private static let hour: Int64 = 3_600_000
    private static let start: Int64 = 1_798_761_600_000  // 2027-01-01T00:00:00Z, a Friday

    private func moments(hours: some Sequence<Int64>) -> [Timestamp] {
        hours.map { Timestamp(milliseconds: Self.start + $0 * Self.hour) }
    }

    private func kept(_ moments: [Timestamp], _ retention: SnapshotRetention = SnapshotRetention())
        -> [String]
    {
        let gone = Set(retention.superfluous(moments))
        return moments.filter { !gone.contains($0) }.map(\.date)
    }

    @Test func aYearOfDaysIsKeptAsDaysWeeksAndMonths() {
        let days = moments(hours: stride(from: 3, to: 365 * 24, by: 24))
        let dates = kept(days)
        #expect(dates.suffix(7) == (25...31).map { "2027-12-\($0)" })
        // Sundays, the last days of their weeks.
        #expect(dates.contains("2027-12-12") && dates.contains("2027-12-19"))
        #expect(!dates.contains("2027-12-05"))
        #expect(dates.prefix(3) == ["2027-01-31", "2027-02-28", "2027-03-31"])
        #expect(dates.count == 7 + 2 + 11)
    }

    @Test func ofADayTheNewestIsKept() {
        var retention = SnapshotRetention()
        (retention.daily, retention.weekly, retention.monthly) = (2, 0, 0)
        let hours = moments(hours: 0..<48)
        #expect(hours.filter { !retention.superfluous(hours).contains($0) } == [hours[23], hours[47]])
    }

    @Test func theNewestIsNeverSuperfluous() {
        var retention = SnapshotRetention()
        (retention.daily, retention.weekly, retention.monthly) = (0, 0, 0)
        let hours = moments(hours: 0..<5)
        #expect(Set(retention.superfluous(hours)) == Set(hours.dropLast()))
        #expect(retention.superfluous([]).isEmpty)
    }

    @Test func theOrderDoesNotMatter() {
        let days = moments(hours: stride(from: 0, to: 100 * 24, by: 7))
        #expect(
            Set(SnapshotRetention().superfluous(days))
                == Set(SnapshotRetention().superfluous(days.reversed())))
    }
}
