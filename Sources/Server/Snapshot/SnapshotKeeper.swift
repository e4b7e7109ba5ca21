import Chat
import Logging
import Native
import Storage
import Synchronization

/// Makes snapshots without being asked, verifies each, and removes those that nobody needs any more.
///
/// The process's first thread asks it now and then; the work is done on the thread that makes the snapshot.
final class SnapshotKeeper: Sendable {
    private struct State {
        var schedule: SnapshotSchedule
        var isUnderWay = false
        /// The last one, where nobody could find out whether it is whole: the next takes its place.
        var unverified: String?
    }

    private let desk: SnapshotDesk
    private let shelf: SnapshotShelf
    private let retention: SnapshotRetention
    private let limits: Limits
    private let publicKey: [UInt8]
    /// The file of the public key that they are encrypted to; empty for none.
    private let recipient: String
    private let log: Logger
    /// Lock tier 9: a leaf, held for some assignments.
    private let state: Mutex<State>

    /// `nil` where none is to be made.
    init?(
        _ desk: SnapshotDesk, in directory: DataDirectory, _ configuration: Configuration,
        publicKey: [UInt8], log: Logger
    ) {
        guard configuration.snapshotHours > 0 else { return nil }
        self.desk = desk
        shelf = SnapshotShelf(directory)
        retention = configuration.snapshotRetention
        limits = configuration.limits
        recipient = configuration.snapshotRecipient
        self.publicKey = publicKey
        self.log = log
        let interval = Duration.seconds(configuration.snapshotHours * 3_600)
        // One that nobody has verified is none to rely on.
        state = Mutex(State(schedule: SnapshotSchedule(every: interval, newest: shelf.lastVerified())))
    }

    /// Begins one when it is due.
    func tick(now: Timestamp) {
        let isDue = state.withLock { state in
            guard !state.isUnderWay, state.schedule.isDue(at: now) else { return false }
            state.isUnderWay = true
            return true
        }
        guard isDue else { return }
        do {
            let lock = try lock()
            // Whoever can read them can be the server: they leave it only where nobody else can.
            try desk.begin(nil, withKeys: lock != nil, lock: lock) { [self] outcome in
                end(outcome, lock, began: now)
            }
        } catch {
            let error = SnapshotError(wrapping: error)
            guard error.code == .busy else { return end(.failure(error), nil, began: now) }
            // One is made for somebody: then at the next tick.
            state.withLock { $0.isUnderWay = false }
        }
    }

    private func lock() throws -> SnapshotLock? {
        if recipient.isEmpty { return nil }
        return try SnapshotProtection.recipient(recipient).lock()
    }

    private func end(
        _ outcome: Result<MadeSnapshot, SnapshotError>, _ lock: SnapshotLock?, began: Timestamp
    ) {
        do {
            let made = try outcome.get()
            try verify(made, lock)
            try shelf.noteVerified(made.path, at: Timestamp(milliseconds: WallClock.milliseconds()))
            log.notice(
                "snapshot \(made.path): \(made.bytes) bytes, verified; the chat stood for \(made.stood)")
            for path in try shelf.remove(after: retention) { log.info("snapshot \(path) is removed") }
            finish { $0.wasMade(at: began) }
        } catch {
            log.error("no snapshot that is whole: \(error)")
            finish { $0.failed(at: began) }
        }
    }

    /// What is found not to be whole is removed: it would take the place of one that is. Where there was no
    /// room to find out, one stays that may be.
    private func verify(_ made: MadeSnapshot, _ lock: SnapshotLock?) throws {
        let earlier = state.withLock { state in
            defer { state.unverified = nil }
            return state.unverified
        }
        if let earlier { _ = try? Files.remove(earlier) }
        do {
            _ = try SnapshotVerification(
                of: made.path, key: publicKey, access: lock.map { .maker($0) }, scratch: shelf.scratch(),
                limits: limits
            ).run { [desk] in desk.isStopped }
        } catch {
            switch SnapshotError(wrapping: error).code {
            case .damaged, .inconsistent, .notASnapshot, .otherKey, .newer, .locked:
                _ = try? Files.remove(made.path)
            case .full, .tooSlow, .busy, .failed: state.withLock { $0.unverified = made.path }
            }
            throw error
        }
    }

    private func finish(_ change: (inout SnapshotSchedule) -> Void) {
        state.withLock { state in
            change(&state.schedule)
            state.isUnderWay = false
        }
    }
}
