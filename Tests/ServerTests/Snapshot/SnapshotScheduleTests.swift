import Chat
import Testing

@testable import Server

@Suite struct SnapshotScheduleTests {
    private func at(_ hours: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_800_000_000_000 + hours * 3_600_000)
    }
    private let day = Duration.seconds(86_400)

    @Test func theFirstIsDueAtOnce() {
        var schedule = SnapshotSchedule(every: day, newest: nil)
        #expect(schedule.isDue(at: at(0)))
        schedule.wasMade(at: at(0))
        #expect(!schedule.isDue(at: at(23)))
        #expect(schedule.isDue(at: at(24)))
    }

    @Test func aRestartPutsNothingOff() {
        let schedule = SnapshotSchedule(every: day, newest: at(-20))
        #expect(!schedule.isDue(at: at(0)))
        #expect(schedule.isDue(at: at(4)))
    }

    @Test func afterAFailureItIsTriedInAnHour() {
        var schedule = SnapshotSchedule(every: day, newest: nil)
        schedule.failed(at: at(0))
        #expect(!schedule.isDue(at: at(0)))
        #expect(schedule.isDue(at: at(1)))
    }

    @Test func aClockThatIsSetBackPutsNothingOff() {
        var schedule = SnapshotSchedule(every: day, newest: at(100))
        #expect(schedule.isDue(at: at(0)))
        schedule = SnapshotSchedule(every: day, newest: nil)
        schedule.failed(at: at(100))
        #expect(schedule.isDue(at: at(0)))
    }
}
