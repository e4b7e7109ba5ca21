package import Chat
import GRDB
import Native

/// The audit log in audit.db, an SQLite database of its own. Used on one thread, the audit writer's; its
/// `reader` on any.
///
/// A batch is one transaction and one sync. When that fails, what is on disk is not known: the store then
/// refuses everything until the process has started again. Only a full disk, cleanly rolled back, is no
/// failure. What is erased is overwritten (https://www.sqlite.org/pragma.html#pragma_secure_delete).
package final class EmbeddedAuditStore: AuditStore {
    package let log: AuditLogID
    package let reader: EmbeddedAuditReader

    private let database: SyncedDatabase
    private var failure: StorageError?
    // Since SQLite's own log was last written back.
    private var commits = 0
    private var bytes = 0

    /// Opens or makes the database at `path`. Throws `.newer`, `.older`, `.damaged`, `.locked` or `.failed`.
    /// - Parameter older: what is done with a file of an older form. One that is taken as it is must still be
    ///   signed, so a step that changes what is written here has to keep that possible.
    package init(
        path: String, older: OlderForm = .refused, forms: StoreForms = .current, limits: Limits = .standard
    ) throws(StorageError) {
        // That a log was lost shows by the file of its tail.
        database = try SyncedDatabase(
            path: path, form: forms.audit, isNew: true, older: older, limits: limits)
        reader = EmbeddedAuditReader(database.connections, database.condition)
        log = try database.identity("log")
    }

    package func close() throws(StorageError) {
        try database.close()
    }

    /// Renames a log that is not open, with what belongs to it.
    /// - Returns: its new path.
    package static func setAside(path: String) throws(StorageError) -> String {
        try StorageError.translatingFiles { () throws(IOError) in
            var number = 1
            while try Files.status(of: "\(path).damaged-\(number)") != nil { number += 1 }
            let aside = "\(path).damaged-\(number)"
            for ending in ["-wal", "-shm", ""] where try Files.status(of: path + ending) != nil {
                try Files.rename(path + ending, to: aside + ending)
            }
            return aside
        }
    }

    package func load() throws(StorageError) -> StoredAudit {
        try database.condition.watching {
            try database.connections.read { database in
                let checkpoint = try Row.fetchOne(
                    database,
                    sql: "SELECT \(AuditCheckpoint.columns) FROM checkpoints ORDER BY number DESC LIMIT 1"
                ).map { row in try AuditCheckpoint(row: row) }
                let covered = checkpoint?.sequence ?? 0
                let link = try Row.fetchOne(
                    database, sql: "SELECT link FROM entries WHERE sequence = ?", arguments: [Int64(covered)]
                ).map { row in try row.digest(0) }
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT \(AuditEntry.columns), (SELECT code FROM codes
                            WHERE codes.sequence = entries.sequence) AS code
                        FROM entries WHERE sequence > ? ORDER BY sequence
                        """, arguments: [Int64(covered)])
                let tail = try Array(
                    rows.map { row in
                        AuditTailEntry(
                            entry: try AuditEntry(row: row),
                            code: row.hasNull(atIndex: 10) ? .zero : try row.digest(10))
                    })
                return StoredAudit(
                    checkpoint: checkpoint, coveredLink: covered == 0 ? .zero : link, tail: tail)
            }
        }
    }

    package func entered(_ ids: [AuditRecordID]) throws(StorageError) -> Set<AuditRecordID> {
        try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                let statement = try database.cachedStatement(sql: "SELECT 1 FROM entries WHERE id = ?")
                let last = try Row.fetchOne(database.cachedStatement(sql: "SELECT max(id) FROM entries"))
                    .flatMap { row -> AuditRecordID? in row.hasNull(atIndex: 0) ? nil : try row.identifier(0)
                    }
                // Identifiers grow with time: nearly always nothing is to be looked for.
                guard let last else { return [] }
                return Set(
                    try ids.filter { id in
                        try id <= last && Row.fetchOne(statement, arguments: [id.data]) != nil
                    })
            }
        }
    }

    package func append(_ batch: AuditBatch) throws(StorageError) {
        try change { database in try Self.write(batch, on: database) }
        count(batch.entries.reduce(0) { $0 + 512 + ($1.entry.content?.details.count ?? 0) })
    }

    /// Has SQLite's own log written back when it has grown enough.
    private func count(_ written: Int) {
        bytes += written
        commits += 1
        if database.checkpoints.startIfDue(commits: commits, contentBytes: bytes) {
            (commits, bytes) = (0, 0)
        }
    }

    package func erasable(party: String) throws(StorageError) -> Int {
        try database.condition.watching {
            try database.connections.read { database in
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) FROM entries
                        WHERE \(AuditEntry.isOfParty) AND \(AuditEntry.isErasable)
                        """,
                    arguments: AuditEntry.party(party) + [AuditKind.detailsErased.rawValue]) ?? 0
            }
        }
    }

    /// Zeros take the place of what stands there, byte for byte: a row that changed its length would have
    /// SQLite move its neighbours, and leave copies of them between the rows of a page.
    package func erase(
        party: String, after sequence: UInt64, through last: UInt64, most: Int
    ) throws(StorageError) -> AuditErasure {
        let erasure = try change { database in
            let place: StatementArguments = [Int64(clamping: sequence), Int64(clamping: last)]
            let sequences = try Int64.fetchAll(
                database,
                sql: """
                    SELECT sequence FROM entries
                    WHERE sequence > ? AND sequence <= ? AND \(AuditEntry.isOfParty)
                    ORDER BY sequence LIMIT ?
                    """,
                arguments: place + AuditEntry.party(party) + [most])
            let statement = try database.cachedStatement(
                sql: """
                    UPDATE entries SET salt = zeroblob(16), details = zeroblob(length(details))
                    WHERE sequence = ? AND \(AuditEntry.isErasable)
                    """)
            var erased = 0
            for sequence in sequences {
                try statement.execute(arguments: [sequence, AuditKind.detailsErased.rawValue])
                erased += database.changesCount
            }
            return AuditErasure(erased: erased, last: sequences.last.map { UInt64($0) })
        }
        // Each where it stands: of its page all is written.
        count(erasure.erased * 4_096)
        return erasure
    }

    /// For others than the owner. Callable on any thread.
    package var care: StoreCare { database.care }

    /// Prepares a cut of the log. Callable on any thread.
    package var prepareCut: @Sendable () -> DatabaseCut { database.prepareCut }

    package func forget() throws(StorageError) { try database.checkpoints.truncate() }

    private static func write(_ batch: AuditBatch, on database: Database) throws {
        let entries = try database.cachedStatement(
            sql: "INSERT INTO entries (\(AuditEntry.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        let codes = try database.cachedStatement(sql: "INSERT INTO codes (sequence, code) VALUES (?, ?)")
        for tailEntry in batch.entries {
            let entry = tailEntry.entry
            try entries.execute(arguments: entry.arguments)
            if batch.checkpoints.isEmpty {
                try codes.execute(arguments: [Int64(entry.sequence), tailEntry.code.data])
            }
        }
        guard !batch.checkpoints.isEmpty else { return }
        let checkpoints = try database.cachedStatement(
            sql: "INSERT INTO checkpoints (\(AuditCheckpoint.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)")
        for checkpoint in batch.checkpoints { try checkpoints.execute(arguments: checkpoint.arguments) }
        try database.execute(sql: "DELETE FROM codes")
    }

    /// One transaction, one sync.
    private func change<Value>(_ body: (Database) throws -> Value) throws(StorageError) -> Value {
        if let failure { throw failure }
        if let text = database.checkpoints.failure { throw fail(StorageError(.failed, text)) }
        // A reader has found it: what is written into such a file only makes it worse.
        if let damage = database.condition.damage { throw fail(StorageError(.damaged, damage)) }
        do {
            return try database.connections.writeWithoutTransaction { database in
                try database.beginTransaction(.immediate)
                do {
                    let value = try body(database)
                    try database.commit()
                    return value
                } catch {
                    if database.isInsideTransaction { try database.rollback() }
                    throw error
                }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw StorageError(error)
        } catch let error as DatabaseError {
            throw fail(StorageError(error))
        } catch {
            throw fail(StorageError(.failed, "\(error)"))
        }
    }

    private func fail(_ error: StorageError) -> StorageError {
        // Even where it says full, what is on disk is not known from here on.
        let final = error.code == .full ? StorageError(.failed, error.detail) : error
        failure = final
        database.condition.note(final)
        return final
    }
}
