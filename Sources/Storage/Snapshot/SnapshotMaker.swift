package import Chat
import GRDB
package import Native

/// Makes a snapshot of the stores of a running server: prepares, takes the cut while all who write stand
/// still, and copies from the cut while they go on.
///
/// One thread's; `begin` is the only part that others wait for.
package final class SnapshotMaker {
    /// What is copied besides the stores. A value.
    package struct Plan: Sendable {
        /// Where the snapshot is to be.
        package let target: String
        package let program: String
        package let signer: Ed25519Key
        /// Files of the data directory, by the names they have in the snapshot; those that are not there are
        /// left out. They are small, and read at the cut.
        package let files: [(name: String, path: String)]
        /// One that only grows: it is copied as far as it went at the cut.
        package let growing: (name: String, path: String)?
        package let hasKeys: Bool
        /// What encrypts it; `nil` for none.
        package let lock: SnapshotLock?
        package let limits: Limits

        package init(
            target: String, program: String, signer: Ed25519Key, files: [(name: String, path: String)],
            growing: (name: String, path: String)?, hasKeys: Bool, lock: SnapshotLock?, limits: Limits
        ) {
            self.target = target
            self.program = program
            self.signer = signer
            self.files = files
            self.growing = growing
            self.hasKeys = hasKeys
            self.lock = lock
            self.limits = limits
        }
    }

    /// How far it has come, in bytes of what is copied. Both grow.
    package struct Progress: Hashable, Sendable {
        package var done = 0
        package var all = 0

        package init() {}
    }

    private let plan: Plan
    private let history: DatabaseCut
    private let audit: DatabaseCut
    private let beginSessions: () throws(StorageError) -> SessionCut
    private var sessions: SessionCut?
    private var files: [(name: String, bytes: [UInt8])] = []
    /// Opened at the moment: its name may be another file's later.
    private var growing: FileReader?
    private var createdAt = Timestamp(milliseconds: 0)
    private var progress = Progress()

    /// Nothing is opened before `begin`.
    package init(
        _ plan: Plan, history: DatabaseCut, audit: DatabaseCut,
        beginSessions: @escaping () throws(StorageError) -> SessionCut
    ) {
        self.plan = plan
        self.history = history
        self.audit = audit
        self.beginSessions = beginSessions
    }

    /// The moment is now: nobody writes while this runs. About a millisecond: each cut opens a connection.
    package func begin(now: Timestamp) throws(StorageError) {
        createdAt = now
        try history.begin()
        try audit.begin()
        sessions = try beginSessions()
        try StorageError.translatingFiles { () throws(IOError) in
            for file in plan.files where try Files.status(of: file.path) != nil {
                files.append((file.name, try Files.read(file.path, limit: Self.smallFileBytes)))
            }
            if let file = plan.growing, try Files.status(of: file.path) != nil {
                growing = try FileReader(path: file.path)
            }
        }
    }

    private static let smallFileBytes = 1 << 20

    /// Copies what `begin` held, and lets go of it piece by piece.
    /// - Parameter report: told now and then how far it has come; what it throws ends the copying.
    /// - Throws: `SnapshotError`; then there is no file.
    package func copy(report: (Progress) throws -> Void) throws -> SnapshotManifest {
        do {
            let copies = NewFile.temporaryName(for: plan.target)
            guard try Files.makeDirectory(copies, mode: 0o700) else {
                throw SnapshotError(.failed, "\(copies) is there already")
            }
            defer { try? Files.removeTree(copies) }
            var writer = try SnapshotWriter(
                path: plan.target, program: plan.program, signer: plan.signer, lock: plan.lock)
            var manifest = try describe()
            // The greatest last: what is let go early grows least meanwhile.
            manifest.counts = try addSessions(to: &writer, manifest.counts)
            try add(audit, as: SnapshotPart.audit, by: copies, to: &writer, report)
            try add(history, as: SnapshotPart.history, by: copies, to: &writer, report)
            for file in files {
                try writer.begin(file.name)
                try writer.add(file.bytes)
                try writer.end()
            }
            if let name = plan.growing?.name, let file = growing.take() {
                try add(file, as: name, to: &writer, report)
            }
            return try writer.finish(manifest)
        } catch {
            throw SnapshotError(wrapping: error)
        }
    }

    private func describe() throws -> SnapshotManifest {
        var counts = SnapshotManifest.Counts()
        var rooms: [SnapshotManifest.RoomHead] = []
        var identities: [String: String] = [:]
        try history.read { database in
            counts.people = try Self.count("people", database)
            counts.members = try Self.count("members", database)
            counts.events = try Self.count("events", database)
            let heads = try Row.fetchCursor(
                database, sql: "SELECT id, head_sequence, head_link FROM rooms ORDER BY key")
            while let row = try heads.next() {
                let room: RoomID = try row.identifier(0)
                rooms.append(
                    SnapshotManifest.RoomHead(
                        room: "\(room)", sequence: row[1], link: "\(try row.digest(2))"))
            }
            for name in ["server", "incarnation"] {
                let row = try Row.fetchOne(
                    database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name])
                let identity: Incarnation? = try row?.identifier(0)
                identities[name] = identity?.description
            }
        }
        counts.rooms = rooms.count
        try audit.read { database in
            counts.auditEntries = try Self.count("entries", database)
            counts.auditCheckpoints = try Self.count("checkpoints", database)
        }
        return SnapshotManifest(
            program: plan.program, server: identities["server"] ?? "",
            incarnation: identities["incarnation"] ?? "", createdAt: createdAt, counts: counts, rooms: rooms,
            hasKeys: plan.hasKeys)
    }

    private static func count(_ table: String, _ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
    }

    /// By way of a file in a directory of our own: SQLite copies into files only.
    private func add(
        _ cut: DatabaseCut, as name: String, by copies: String, to writer: inout SnapshotWriter,
        _ report: (Progress) throws -> Void
    ) throws {
        let copy = "\(copies)/\(name)"
        defer { _ = try? Files.remove(copy) }
        let before = progress
        try cut.copy(to: copy) { done, all in
            try demandShortLogs()
            // Copied once, compressed once.
            progress.done = before.done + done * Self.pageBytes
            progress.all = before.all + 2 * all * Self.pageBytes
            try report(progress)
        }
        cut.end()
        let size = try Files.status(of: copy)?.size ?? 0
        progress.done = before.done + Int(size)
        progress.all = before.all + Int(size)
        try add(try FileReader(path: copy), as: name, to: &writer, report)
    }

    /// Of the cuts that are still held.
    private func demandShortLogs() throws {
        for cut in [history, audit] where cut.isHeld {
            guard try cut.logBytes <= plan.limits.snapshotLogBytes else {
                throw SnapshotError(.tooSlow, "\(cut.path)-wal grew past its limit meanwhile")
            }
        }
    }

    private static let pageBytes = 4_096

    private func add(
        _ file: consuming FileReader, as name: String, to writer: inout SnapshotWriter,
        _ report: (Progress) throws -> Void
    ) throws {
        progress.all += file.size
        try writer.begin(name)
        var left = file.size
        while left > 0 {
            let piece = try file.next(most: left)
            guard !piece.isEmpty else { throw SnapshotError(.failed, "\(file.path) became shorter") }
            try writer.add(piece)
            left -= piece.count
            progress.done += piece.count
            try demandShortLogs()
            try report(progress)
        }
        try writer.end()
    }

    private func addSessions(
        to writer: inout SnapshotWriter, _ counts: SnapshotManifest.Counts
    ) throws -> SnapshotManifest.Counts {
        var counts = counts
        var held: [UInt8] = []
        try writer.begin(SnapshotPart.sessions)
        try sessions?.walk { record in
            if record.database == "sessions" { counts.sessions += 1 }
            if record.database == "invites" { counts.invites += 1 }
            held += record.encoded
            guard held.count >= Self.sessionPieceBytes else { return }
            try writer.add(held)
            held = []
        }
        sessions = nil
        try writer.add(held)
        try writer.end()
        return counts
    }

    private static let sessionPieceBytes = 64 << 10
}
