import Chat
import Foundation
import GRDB
import Native

/// The connections to one SQLite file with a write-ahead log: one that writes, several that read, and the
/// checkpoints' own. Nothing else in this process opens the file: closing it would drop SQLite's locks
/// (https://www.sqlite.org/howtocorrupt.html, section 2.2).
struct SyncedDatabase {
    /// The form of a file, and how a connection to it is prepared.
    struct Form: Sendable {
        /// For diagnostics.
        let label: String
        let migrations: DatabaseMigrator
        /// KiB of pages that the writing connection keeps.
        let writerCache: Int
        /// Whether a file that is made from now on can be made smaller while it is open.
        let givesRoomBack: Bool

        init(label: String, migrations: DatabaseMigrator, writerCache: Int, givesRoomBack: Bool = false) {
            self.label = label
            self.migrations = migrations
            self.writerCache = writerCache
            self.givesRoomBack = givesRoomBack
        }
    }

    let connections: DatabasePool
    let checkpoints: Checkpoints
    /// What was found out about the file since it was opened. Any thread.
    let condition = StoreCondition()
    /// Prepares a cut of the file, on a connection of its own. Any thread.
    let prepareCut: @Sendable () -> DatabaseCut

    /// A file that is not there, or holds nothing, is made where `isNew` allows it: anywhere else it is a
    /// history that was lost, and an empty one in its place would hide that. One of today's form is only
    /// opened.
    /// - Parameter older: what is done with a file of an older form.
    init(
        path: String, form: Form, isNew: Bool, older: OlderForm = .refused, limits: Limits
    ) throws(StorageError) {
        let lost = StorageError(.damaged, "\(path) holds no history: restore it from a backup")
        let status = try StorageError.translatingFiles { () throws(IOError) in try Files.status(of: path) }
        guard isNew || (status?.size ?? 0) > 0 else { throw lost }
        // Before anything is written to a file that is not ours to write to.
        let mustMigrate = try Self.mustMigrate(path, form, older)
        try StorageError.translatingFiles { () throws(IOError) in
            // SQLite would make it readable for others. No connection is open yet, so none loses its locks by
            // this.
            if status == nil { try Files.writeAtomically(path, [], mode: 0o600) }
            // What SQLite finds in the log it takes for committed. After a kill or a failed sync it may be in
            // the kernel's memory alone: it must be on the disk before anybody is shown it, or told that it
            // is stored.
            try Files.rewrite(path + "-wal")
        }
        (connections, checkpoints) = try StorageError.translating {
            let configuration = Self.configuration(form, limits: limits)
            let connections = try DatabasePool(path: path, configuration: configuration)
            try connections.writeWithoutTransaction { database in
                guard try isNew || database.tableExists("meta") else { throw lost }
                try Self.demandFullSync(database)
            }
            if mustMigrate {
                try form.migrations.migrate(connections)
                // What migrations leave behind is checked too: they switch settings of the connection while
                // they run.
                try connections.writeWithoutTransaction { database in try Self.demandFullSync(database) }
            }
            return (connections, try Checkpoints(path: path, label: form.label, walBytes: limits.walBytes))
        }
        prepareCut = { [connections, checkpoints] in
            DatabaseCut(path: path, connections: connections, checkpoints: checkpoints)
        }
        // The log was made anew if the last process closed in order. SQLite syncs its name with the first
        // commit, but takes no notice when that fails: an acknowledged event would stand in a file that a
        // power cut takes away. From here on the log's name stays.
        try StorageError.translatingFiles { () throws(IOError) in
            try Files.syncDirectory(Files.directory(of: path))
        }
    }

    /// For others than the owner. Any thread.
    var care: StoreCare {
        StoreCare(
            condition: condition, makeRoom: { [checkpoints] in checkpoints.makeRoom() },
            releaseMemory: { [connections] in connections.releaseMemoryEventually() },
            isHeld: { [checkpoints] in checkpoints.isHeld })
    }

    /// The identity that was made with the file: `server` or `incarnation`.
    func identity<Subject>(_ name: String) throws(StorageError) -> Identifier<Subject> {
        try StorageError.translating {
            try connections.read { database in
                let row = try Row.fetchOne(
                    database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name])
                guard let row else { throw StorageError(.damaged, "the file has no \(name) identity") }
                return try row.identifier(0)
            }
        }
    }

    /// The last connection writes the log back and removes it, if it may write: the pool closes its readers
    /// after its writer, so the checkpoints' connection closes after both. After a failure better not called:
    /// the next process recovers from the log.
    func close() throws(StorageError) {
        try StorageError.translating {
            try connections.close()
            try checkpoints.close()
        }
    }

    /// Whether the file is to be brought to today's form here.
    private static func mustMigrate(
        _ path: String, _ form: Form, _ older: OlderForm
    ) throws(StorageError) -> Bool {
        switch form.standing(of: try DatabaseFormat.look(into: path)) {
        case .missing: return true
        case .present: return false
        case .newer(let format, let step): throw form.refusal(of: path, format: format, step: step)
        case .older(let format):
            switch older {
            case .taken: return false
            case .migrated: return true
            case .refused:
                throw StorageError(
                    .older,
                    "\(path) is of format \(format), and this version works with \(form.format): "
                        + "it must be upgraded first")
            }
        }
    }

    private static func configuration(_ form: Form, limits: Limits) -> Configuration {
        var configuration = Configuration()
        configuration.label = form.label
        configuration.foreignKeysEnabled = true
        // The pool's, those that search, the one that makes the index, and the one that removes old history.
        configuration.maximumReaderCount = limits.poolThreads + limits.searchThreads + 3
        // A checkpoint that starts the log over holds the writer up, for less than this.
        configuration.busyMode = .timeout(30)
        configuration.prepareDatabase { database in
            // A reader goes through a page of history once.
            let cache = database.configuration.readonly ? 512 : form.writerCache
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -\(cache)")
            // What is deleted is overwritten (https://www.sqlite.org/pragma.html#pragma_secure_delete).
            try database.execute(sql: "PRAGMA secure_delete = ON")
            // Of a file that has tables already this changes nothing
            // (https://www.sqlite.org/pragma.html#pragma_auto_vacuum).
            if form.givesRoomBack, !database.configuration.readonly {
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
        }
        return configuration
    }

    /// GRDB sets `synchronous` to NORMAL when it makes a pool, with which a commit is not synced. An
    /// acknowledgement would then be a lie, so this is set, read back and demanded
    /// (https://www.sqlite.org/pragma.html#pragma_synchronous).
    private static func demandFullSync(_ database: Database) throws {
        try database.execute(sql: "PRAGMA synchronous = FULL")
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        let automatic = try Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint")
        guard synchronous == 2, journal == "wal", automatic == 0 else {
            let found = "\(synchronous ?? -1), \(journal ?? "none"), \(automatic ?? -1)"
            throw StorageError(
                .failed,
                "SQLite keeps synchronous, journal_mode, wal_autocheckpoint = \(found), not 2, wal, 0")
        }
    }
}
