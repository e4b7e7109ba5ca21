package import Chat
package import Logging
import Native
import Synchronization

/// Looks at the room on the data's disk, so that whoever writes knows before the disk refuses.
///
/// The process's first thread looks, about once a second; any other asks what it saw last, without waiting.
package final class DiskWatch: Sendable {
    /// What was seen last, in bytes. A value.
    package struct Sight: Hashable, Sendable {
        package let intake: StorageIntake
        package let free: Int64
        package let size: Int64
        package let reserve: Int64
    }

    private let path: String
    private let limits: Limits
    private let log: Logger
    /// A `StorageIntake`. Each of these has one writer and stands alone: relaxed ordering is enough.
    private let state = Atomic(StorageIntake.open.rawValue)
    private let free = Atomic<Int64>(0)
    private let size = Atomic<Int64>(0)

    package init(path: String, limits: Limits, log: Logger) {
        self.path = path
        self.limits = limits
        self.log = log
    }

    package var intake: StorageIntake { StorageIntake(rawValue: state.load(ordering: .relaxed)) ?? .open }

    package var sight: Sight {
        let size = size.load(ordering: .relaxed)
        return Sight(
            intake: intake, free: free.load(ordering: .relaxed), size: size,
            reserve: DiskMarks(limits, size: size).reserve)
    }

    /// - Returns: whether it is another state than before.
    func look() -> Bool {
        guard let room = try? Files.room(at: path) else { return false }
        free.store(room.free, ordering: .relaxed)
        size.store(room.size, ordering: .relaxed)
        let before = intake
        let marks = DiskMarks(limits, size: room.size)
        let now = marks.intake(after: before, free: room.free)
        guard now != before else { return false }
        state.store(now.rawValue, ordering: .relaxed)
        tell(now, room, marks.reserve)
        return true
    }

    /// What the audit log is told of the state that holds now.
    var event: (kind: AuditKind, details: AuditDetails) {
        let kind: AuditKind =
            switch intake {
            case .open: .storageRecovered
            case .low: .storageLow
            case .reserved, .damaged: .storageFull
            }
        return (kind, ["free": .number(free.load(ordering: .relaxed))])
    }

    private func tell(_ intake: StorageIntake, _ room: DiskRoom, _ reserve: Int64) {
        let numbers = "\(room.free >> 20) MiB free of \(room.size >> 20) MiB, \(reserve >> 20) MiB kept"
        switch intake {
        case .open: log.notice("the disk has room again (\(numbers))")
        case .low: log.warning("the disk is nearly full: no new rooms, people and links (\(numbers))")
        case .reserved, .damaged:
            log.error("the disk is full: messages are refused; administration goes on (\(numbers))")
        }
    }
}
