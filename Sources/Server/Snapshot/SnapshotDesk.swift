import Chat
import Native
import Storage
import Synchronization

/// Makes snapshots for an administrator, one at a time, on a thread of its own, and tells how far it is.
///
/// Asked by the control thread; stopped by whoever stops the server.
package final class SnapshotDesk: Sendable {
    /// Runs its argument while nobody writes; answers how long that was.
    typealias StandStill =
        @Sendable (_ body: () throws(StorageError) -> Void) throws(StorageError) -> Duration

    enum Progress: Sendable {
        case making(SnapshotMaker.Progress)
        case made(Result<MadeSnapshot, SnapshotError>)
    }

    private struct State {
        /// Of the one that was begun last.
        var number = 0
        var progress: Progress?
        var thread: Thread?
        var isStopped = false
    }

    private let directory: DataDirectory
    private let signer: Ed25519Key
    private let cuts: StoreCuts
    private let limits: Limits
    private let standStill: StandStill
    private let note: @Sendable (AuditDetails) -> Void
    private let ended = Semaphore()
    /// Lock tier 8: a leaf but for the thread's own, held for some assignments.
    private let state = Mutex(State())

    /// - Parameter note: enters into the audit log that one was made; on the thread that made it.
    init(
        directory: DataDirectory, signer: Ed25519Key, cuts: StoreCuts, limits: Limits,
        standStill: @escaping StandStill, note: @escaping @Sendable (AuditDetails) -> Void
    ) {
        self.directory = directory
        self.signer = signer
        self.cuts = cuts
        self.limits = limits
        self.standStill = standStill
        self.note = note
    }

    /// Begins another.
    /// - Parameter target: an absolute path; `nil` for a new name in the directory's own snapshots.
    /// - Parameter lock: what encrypts it; `nil` for none.
    /// - Parameter afterwards: called on the thread that made it, before another may be begun.
    /// - Returns: its number, to ask about it.
    /// - Throws: `.busy` while one is being made.
    @discardableResult
    func begin(
        _ target: String?, withKeys: Bool, lock: SnapshotLock? = nil,
        afterwards: @escaping @Sendable (Result<MadeSnapshot, SnapshotError>) -> Void = { _ in }
    ) throws(SnapshotError) -> Int {
        let number: Int? = state.withLock { state in
            if case .making = state.progress { return nil }
            guard !state.isStopped else { return nil }
            state.number += 1
            state.progress = .making(SnapshotMaker.Progress())
            return state.number
        }
        guard let number else { throw SnapshotError(.busy, "another snapshot is being made") }
        do throws(IOError) {
            let thread = try Thread.start(name: "snapshot") { [self] in
                let outcome = result { () throws in
                    // Whoever chats goes first; but nobody waits longer than they must while all stand.
                    try make(target, withKeys: withKeys, lock: lock, afterCut: CurrentProcess.yieldToOthers)
                }
                afterwards(outcome)
                finish(outcome)
            }
            state.withLock { $0.thread = thread }
        } catch {
            let outcome = Result<MadeSnapshot, SnapshotError>.failure(SnapshotError(wrapping: error))
            afterwards(outcome)
            finish(outcome)
        }
        return number
    }

    /// Whoever works on one gives up soon.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Waits a little for the one of this number.
    /// - Returns: how far it is; `nil` when another was begun since, or none.
    func wait(for number: Int) -> Progress? {
        let isMaking = state.withLock { state in
            if case .making = state.progress { return state.number == number }
            return false
        }
        if isMaking { _ = ended.wait(timeout: limits.snapshotWait) }
        return state.withLock { $0.number == number ? $0.progress : nil }
    }

    /// Gives up the one that is being made, and waits until nothing is left of it. None is begun any more.
    func stop() {
        let thread = state.withLock { state in
            state.isStopped = true
            defer { state.thread = nil }
            return state.thread
        }
        thread?.join()
    }

    /// Makes one, on the caller's thread.
    func make(
        _ target: String?, withKeys: Bool, lock: SnapshotLock? = nil, afterCut: () -> Void = {}
    ) throws -> MadeSnapshot {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        let path = try target ?? newPath(now)
        try demandRoom(for: path)
        let plan = SnapshotMaker.Plan(
            target: path, program: Version.text, signer: signer,
            files: directory.snapshotFiles(withKeys: withKeys), growing: directory.growingSnapshotFile,
            hasKeys: withKeys, lock: lock, limits: limits)
        let maker = SnapshotMaker(
            plan, history: cuts.prepareHistory(), audit: cuts.prepareAudit(),
            beginSessions: cuts.sessions)
        let stood = try standStill { () throws(StorageError) in try maker.begin(now: now) }
        afterCut()
        let manifest = try maker.copy { progress in try report(progress) }
        let size = try Files.status(of: path)?.size ?? 0
        note(["path": .text(path), "bytes": .number(size), "keys": .flag(withKeys)])
        return MadeSnapshot(path: path, bytes: Int(size), stood: stood, manifest: manifest)
    }

    private func report(_ progress: SnapshotMaker.Progress) throws(SnapshotError) {
        let isStopped = state.withLock { state in
            state.progress = .making(progress)
            return state.isStopped
        }
        if isStopped { throw SnapshotError(.failed, "the server is stopping") }
    }

    /// A copy of each database lies beside the snapshot for a while: rather none than a disk whose reserve is
    /// used up.
    private func demandRoom(for path: String) throws {
        let sizes = try [directory.history, directory.audit].map { try Files.status(of: $0)?.size ?? 0 }
        let needed = 2 * sizes.reduce(0, +)
        let room = try Files.room(at: Files.directory(of: path))
        let reserve = DiskMarks(limits, size: room.size).reserve
        guard room.free > needed + reserve else {
            throw SnapshotError(
                .full,
                "\(path) may need \(needed) bytes, and \(room.free) are free, \(reserve) of which are kept")
        }
    }

    private func newPath(_ now: Timestamp) throws -> String {
        try Files.makeDirectory(directory.snapshots, mode: 0o700)
        try SnapshotShelf(directory).sweep()
        return "\(directory.snapshots)/\(SnapshotShelf.name(at: now))"
    }

    private func result(_ body: () throws -> MadeSnapshot) -> Result<MadeSnapshot, SnapshotError> {
        do {
            return .success(try body())
        } catch {
            return .failure(SnapshotError(wrapping: error))
        }
    }

    private func finish(_ outcome: Result<MadeSnapshot, SnapshotError>) {
        state.withLock { $0.progress = .made(outcome) }
        ended.signal()
    }
}

/// A snapshot that is on the disk. A value; any thread.
struct MadeSnapshot: Sendable {
    let path: String
    let bytes: Int
    /// How long the chat stood still for it.
    let stood: Duration
    let manifest: SnapshotManifest
}
