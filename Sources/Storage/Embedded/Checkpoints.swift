import Chat
import GRDB
import Synchronization

/// Writes the log back into its database, on a connection and a thread of its own, so that no commit waits
/// for it.
///
/// A passive checkpoint keeps out of everybody's way, but under steady load never reaches the log's end, and
/// the log would only grow. So once it is past a quarter of its limit the rest is written with the writer
/// held up, which is short because most has just been done, and the log starts over in the space it has. Past
/// its limit it is cut off as well.
final class Checkpoints: Sendable {
    /// What follows a passive checkpoint.
    enum Next: Equatable {
        case nothing
        case restart
        case truncate
    }

    private static let frameBytes = 4_096 + 24
    /// Commits, and bytes of content, after which the log is written back. A commit of one small event writes
    /// about five pages, so both come to a few megabytes of log.
    private static let commits = 256
    private static let contentBytes = 2 * 1_024 * 1_024

    /// How often cutting the log off is tried while somebody reads from it: each try waits for a tenth of a
    /// second.
    private static let attempts = 100

    private let connection: DatabaseQueue
    private let walBytes: Int
    /// One checkpoint at a time. Whoever sets it starts one; its acquiring there pairs with the releasing on
    /// the checkpoint's thread.
    private let isRunning = Atomic(false)
    /// Cuts that are held: the log cannot start over, and trying to would hold the writer up for nothing.
    private let cuts = Atomic(0)
    /// Something was erased that the log may still have; of what an earlier process erased nobody knows.
    private let mustForget = Atomic(true)
    /// A sync of the writer's has failed: nothing is written back any more, as another sync would take for
    /// synced what only seems so.
    private let isAbandoned = Atomic(false)
    // Lock tier 9: a leaf; nothing is called while it is held.
    private let failureText = Mutex<String?>(nil)

    init(path: String, label: String, walBytes: Int) throws {
        var configuration = Configuration()
        configuration.label = "\(label).checkpoints"
        // A reader that stays longer keeps the log from starting over this time; the writer waits no longer
        // than this.
        configuration.busyMode = .timeout(0.1)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL; PRAGMA cache_size = -256")
        }
        connection = try DatabaseQueue(path: path, configuration: configuration)
        self.walBytes = walBytes
    }

    /// Why a checkpoint could not sync. A sync is not tried again and called good: the process must start
    /// over.
    var failure: String? { failureText.withLock { $0 } }

    func close() throws { try connection.close() }

    /// The log stays as it is, but for what a passive checkpoint does, until `release`. Any thread.
    func hold() { cuts.wrappingAdd(1, ordering: .relaxed) }
    func release() { cuts.wrappingSubtract(1, ordering: .relaxed) }
    var isHeld: Bool { cuts.load(ordering: .relaxed) > 0 }

    /// Whether it is time, and starts one if so.
    func startIfDue(commits: Int, contentBytes: Int) -> Bool {
        guard commits >= Self.commits || contentBytes >= Self.contentBytes else { return false }
        guard !isRunning.exchange(true, ordering: .acquiring) else { return false }
        connection.asyncWriteWithoutTransaction { database in
            self.run(on: database)
            self.isRunning.store(false, ordering: .releasing)
        }
        return true
    }

    /// Nothing is begun from now on. Any thread.
    func abandon() { isAbandoned.store(true, ordering: .releasing) }

    /// The log has something that is to be in no file any more. Any thread.
    func noteErasure() { mustForget.store(true, ordering: .relaxed) }

    /// Begins to write the log back and to cut it off, where there is something to be forgotten. Any thread.
    func forgetIfDue() {
        if mustForget.load(ordering: .relaxed) { makeRoom() }
    }

    /// Begins to write the log back and to cut it off, unless somebody holds a cut; on the checkpoint's
    /// thread. What a reader is in the way of is tried again at the next call. Any thread.
    func makeRoom() {
        guard !isAbandoned.load(ordering: .acquiring), cuts.load(ordering: .relaxed) == 0,
            !isRunning.exchange(true, ordering: .acquiring)
        else { return }
        mustForget.store(false, ordering: .relaxed)
        connection.asyncWriteWithoutTransaction { database in
            defer { self.isRunning.store(false, ordering: .releasing) }
            guard !self.isAbandoned.load(ordering: .acquiring) else { return }
            do {
                _ = try database.checkpoint(.passive)
                _ = try database.checkpoint(.truncate)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_IOERR {
                self.failureText.withLock { $0 = StorageError(error).detail }
            } catch {
                self.noteErasure()
            }
        }
    }

    /// Writes all of the log back and cuts it off: what was overwritten or deleted is in no file any more.
    /// Waits for a checkpoint that is under way, and a while for readers; not for a cut that is held, which
    /// takes long and would hold the writer up. Any thread but the writer's own.
    func truncate() throws(StorageError) {
        guard !isHeld else { throw StorageError(.locked, "a snapshot is being copied: ask again") }
        for attempt in 1...Self.attempts {
            do {
                // Most of it while the writer goes on, so that it waits for the rest only.
                try connection.writeWithoutTransaction { database in
                    _ = try database.checkpoint(.passive)
                    _ = try database.checkpoint(.truncate)
                }
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                guard attempt == Self.attempts else { continue }
                throw StorageError(.locked, "a reader stays too long: ask again")
            } catch {
                let cause = error as? DatabaseError
                let failed = cause.map { StorageError($0) } ?? StorageError(.failed, "\(error)")
                if cause?.resultCode == .SQLITE_IOERR { failureText.withLock { $0 = failed.detail } }
                throw failed
            }
        }
    }

    static func next(frames: Int, walBytes: Int) -> Next {
        let bytes = frames * frameBytes
        if bytes > walBytes { return .truncate }
        return bytes > walBytes / 4 ? .restart : .nothing
    }

    private func run(on database: Database) {
        do {
            let frames = try database.checkpoint(.passive).walFrameCount
            guard cuts.load(ordering: .relaxed) == 0 else { return }
            switch Self.next(frames: frames, walBytes: walBytes) {
            case .nothing: break
            case .restart: _ = try database.checkpoint(.restart)
            case .truncate: _ = try database.checkpoint(.truncate)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_IOERR {
            failureText.withLock { $0 = StorageError(error).detail }
        } catch {
            // Busy with a long reader, or no room to write the log back into: the log keeps everything, and
            // the next checkpoint tries again.
            return
        }
    }
}
