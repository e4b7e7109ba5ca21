import Chat
import Native

/// What the history takes in, by the room on its disk. A value; pure rules.
///
/// Below twice the reserve nothing is begun that grows; below the reserve messages are refused. Each state
/// ends half a reserve later than it began, so that what is freed by a hair does not change it back and
/// forth.
struct DiskMarks: Hashable, Sendable {
    /// In bytes; 0: nothing is refused before the disk itself refuses.
    let reserve: Int64

    init(reserve: Int64) { self.reserve = reserve }

    /// - Parameter size: of the whole disk, in bytes.
    init(_ limits: Limits, size: Int64) {
        let wanted = Int64(limits.diskReserveMegabytes) << 20
        reserve = min(wanted, size / Int64(limits.diskReserveShare))
    }

    func intake(after last: StorageIntake, free: Int64) -> StorageIntake {
        guard reserve > 0 else { return .open }
        let slack = reserve / 2
        let low = 2 * reserve
        if free < reserve || last >= .reserved && free < reserve + slack { return .reserved }
        if free < low || last >= .low && free < low + slack { return .low }
        return .open
    }
}
