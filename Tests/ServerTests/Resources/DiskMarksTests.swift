import Chat
import Testing

@testable import Server

@Suite struct DiskMarksTests {
    @Test func theReserveIsAPartOfTheDiskAtMost() {
        let gigabyte: Int64 = 1 << 30
        #expect(DiskMarks(.standard, size: 1_000 * gigabyte).reserve == 256 << 20)
        #expect(DiskMarks(.standard, size: gigabyte).reserve == gigabyte / 20)
        #expect(DiskMarks(.standard, size: 16 << 20).reserve == (16 << 20) / 20)
        var limits = Limits.standard
        limits.diskReserveMegabytes = 0
        #expect(DiskMarks(limits, size: gigabyte).reserve == 0)
    }

    /// Down: at twice the reserve and at the reserve. Up: half a reserve later.
    @Test func eachStateEndsLaterThanItBegan() {
        let marks = DiskMarks(reserve: 100)
        let way: [(free: Int64, intake: StorageIntake)] = [
            (1_000, .open), (200, .open), (199, .low), (249, .low), (250, .open), (199, .low), (100, .low),
            (99, .reserved), (0, .reserved), (149, .reserved), (150, .low), (249, .low), (250, .open),
            (99, .reserved), (5_000, .open),
        ]
        var intake = StorageIntake.open
        for step in way {
            intake = marks.intake(after: intake, free: step.free)
            #expect(intake == step.intake, "at \(step.free) free")
        }
    }

    @Test func withoutAReserveNothingIsRefusedBefore() {
        let marks = DiskMarks(reserve: 0)
        #expect(marks.intake(after: .open, free: 0) == .open)
        #expect(marks.intake(after: .reserved, free: 0) == .open)
    }

    /// Whatever the disk does, the state is one that its room allows, and a disk that stays as it is keeps
    /// it.
    @Test func everyStateIsAllowedByTheRoomAndStays() {
        let marks = DiskMarks(reserve: 1_000)
        for last in StorageIntake.allCases {
            for free in stride(from: Int64(0), through: 4_000, by: 50) {
                let next = marks.intake(after: last, free: free)
                #expect(marks.intake(after: next, free: free) == next)
                switch next {
                case .open: #expect(free >= 2_000)
                case .low: #expect(free >= 1_000 && free < 2_500)
                case .reserved: #expect(free < 1_500)
                case .damaged: Issue.record("a disk damages nothing")
                }
            }
        }
    }
}
