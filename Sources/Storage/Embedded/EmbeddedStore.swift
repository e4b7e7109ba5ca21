package import Chat
import Foundation
import GRDB
import Synchronization

/// The history in chat.db, an SQLite database with a write-ahead log. Used on one thread, the sequencer's;
/// its `history` on any.
///
/// A batch is one transaction and one sync. When that fails, what is on disk is not known: the store then
/// answers `.unknown` for ever, and the process must start again from disk. Only a full disk, cleanly rolled
/// back, is no failure. A file that is found damaged, by whomever, is only read from then on: starting again
/// would not mend it.
package final class EmbeddedStore: EventStore {
    package let history: EmbeddedHistory
    /// Made with the file, and the same for its life: who this server is.
    package let serverID: ServerID

    /// The connections of stores that have failed, open until the process ends: the last one to close would
    /// write the log back, and take for synced what only seems so because an earlier sync has failed.
    // Lock tier 9: a leaf; nothing is called while it is held.
    private static let abandoned = Mutex<[SyncedDatabase]>([])

    private let database: SyncedDatabase
    private let incarnation: Incarnation
    private let limits: Limits
    private var failure: String?
    // Since the last checkpoint was started.
    private var commits = 0
    private var contentBytes = 0

    /// Opens the database at `path`; makes it only where `isNew` says that there may be none yet. Throws
    /// `.newer`, `.older`, `.damaged`, `.locked` or `.failed`.
    /// - Parameter older: what is done with a file of an older form.
    package init(
        path: String, isNew: Bool = false, older: OlderForm = .refused, forms: StoreForms = .current,
        limits: Limits = .standard
    ) throws(StorageError) {
        database = try SyncedDatabase(
            path: path, form: forms.history, isNew: isNew, older: older, limits: limits)
        self.limits = limits
        history = EmbeddedHistory(database.connections, database.condition)
        serverID = try database.identity("server")
        incarnation = try database.identity("incarnation")
    }

    package func append(_ batch: Batch, completed: @escaping (AppendOutcome) -> Void) {
        completed(append(batch))
    }

    package func close() throws(StorageError) { try database.close() }

    /// Takes what was deleted out of the files; see `Checkpoints.truncate`. Callable on any thread but the
    /// sequencer's.
    package var forget: @Sendable () throws(StorageError) -> Void {
        let checkpoints = database.checkpoints
        return { () throws(StorageError) in try checkpoints.truncate() }
    }

    /// Begins that where something was erased, and waits for nothing. Callable on any thread.
    package var forgetIfDue: @Sendable () -> Void {
        let checkpoints = database.checkpoints
        return { checkpoints.forgetIfDue() }
    }

    /// Prepares a cut of the history. Callable on any thread.
    package var prepareCut: @Sendable () -> DatabaseCut { database.prepareCut }

    /// For others than the owner. Callable on any thread.
    package var care: StoreCare { database.care }

    private func append(_ batch: Batch) -> AppendOutcome {
        if let failure = failure ?? database.checkpoints.failure { return fail(failure) }
        if database.condition.isDamaged { return .damaged(database.condition.damage ?? "") }
        if batch.isEmpty { return .stored }
        let outcome = database.connections.writeWithoutTransaction { commit(batch, on: $0) }
        if case .unknown(let detail) = outcome { return fail(detail) }
        let takesAway = batch.rooms.contains { !$0.erasures.isEmpty || $0.removal != nil }
        if takesAway || !batch.deletions.isEmpty {
            database.checkpoints.noteErasure()
        }
        startCheckpointIfDue(after: batch)
        return outcome
    }

    private func fail(_ detail: String) -> AppendOutcome {
        database.checkpoints.abandon()
        if failure == nil { Self.abandoned.withLock { $0.append(database) } }
        failure = detail
        return .unknown(detail)
    }

    private func commit(_ batch: Batch, on database: Database) -> AppendOutcome {
        do {
            try database.beginTransaction(.immediate)
            let conflicts = try BatchWriter(database, limits: limits).write(batch)
            try database.commit()
            return conflicts.isEmpty ? .stored : .conflict(conflicts)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            // "might or might not" have been rolled back by SQLite itself:
            // https://www.sqlite.org/lang_transaction.html
            if database.isInsideTransaction { try? database.rollback() }
            return database.isInsideTransaction ? .unknown("no room, and no rollback either") : .full
        } catch {
            if database.isInsideTransaction { try? database.rollback() }
            let found = StorageError(wrapping: error)
            guard found.code == .damaged, !database.isInsideTransaction else { return .unknown(found.detail) }
            self.database.condition.note(found)
            return .damaged(found.detail)
        }
    }

    private func startCheckpointIfDue(after batch: Batch) {
        commits += 1
        for room in batch.rooms {
            for event in room.events { contentBytes += event.content.count + 256 }
            // What is removed is overwritten, and so written too.
            if room.removal != nil { contentBytes += limits.removedBytes / 4 }
        }
        if database.checkpoints.startIfDue(commits: commits, contentBytes: contentBytes) {
            commits = 0
            contentBytes = 0
        }
    }
}

// The sequencer reads on its own connection, the writer's: it never waits for a reader of the pool.
extension EmbeddedStore {
    package func load() throws(StorageError) -> StoredState {
        try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT \(Person.columns) FROM people ORDER BY key")
                let people = try Array(rows.map { row in try Person(row: row) })
                return StoredState(
                    incarnation: incarnation, people: people,
                    rooms: try StoredState.StoredRoom.fetchAll(database),
                    identities: try IdentityLink.fetchAll(database),
                    invites: try OpenInvite.fetchAll(database), blocks: try Block.fetchAll(database),
                    deletions: try PersonDeletion.fetchAll(database),
                    outbox: try AuditRecord.fetchOutbox(database))
            }
        }
    }

    package func receipts(for sends: [SendKey]) throws(StorageError) -> [SendKey: Event] {
        if sends.isEmpty { return [:] }
        return try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                let statement = try database.cachedStatement(
                    sql: """
                        SELECT \(Event.columns),
                            (SELECT id FROM rooms WHERE key = position >> \(ChatSchema.sequenceBits))
                        FROM events WHERE send_id = ? AND author = ?
                        """)
                var found: [SendKey: Event] = [:]
                for key in sends {
                    let arguments: StatementArguments = [key.send.data, key.person.data]
                    if let row = try Row.fetchOne(statement, arguments: arguments) {
                        found[key] = try Event(row: row, room: try row.identifier(10))
                    } else {
                        found[key] = try Event.removed(key, in: database)
                    }
                }
                return found
            }
        }
    }

    package func targets(at places: [EventPlace]) throws(StorageError) -> [EventPlace: StoredTarget] {
        if places.isEmpty { return [:] }
        return try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                var found: [EventPlace: StoredTarget] = [:]
                for place in places { found[place] = try StoredTarget(at: place, in: database) }
                return found
            }
        }
    }

    package func messageCounts(at places: [EventPlace]) throws(StorageError) -> [EventPlace: UInt64] {
        if places.isEmpty { return [:] }
        return try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                let statement = try database.cachedStatement(
                    sql: """
                        SELECT events.messages FROM rooms JOIN events
                            ON position = rooms.key << \(ChatSchema.sequenceBits) | ? WHERE rooms.id = ?
                        """)
                var found: [EventPlace: UInt64] = [:]
                for place in places where place.sequence <= ChatSchema.greatestSequence {
                    found[place] = try UInt64.fetchOne(
                        statement, arguments: [Int64(place.sequence), place.room.data])
                }
                return found
            }
        }
    }

    package func greatestSend(upTo bound: SendID) throws(StorageError) -> SendID? {
        try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                let statement = try database.cachedStatement(
                    sql: """
                        SELECT max(
                            ifnull((SELECT send_id FROM events
                                WHERE send_id IS NOT NULL AND send_id <= :bound
                                ORDER BY send_id DESC LIMIT 1), x''),
                            ifnull((SELECT send_id FROM removed_sends WHERE send_id <= :bound
                                ORDER BY send_id DESC LIMIT 1), x''))
                        """)
                let greatest = try Data.fetchOne(statement, arguments: ["bound": bound.data]) ?? Data()
                return SendID(bytes: [UInt8](greatest))
            }
        }
    }

    package func reload(_ room: RoomID) throws(StorageError) -> StoredState.StoredRoom? {
        try database.condition.watching {
            try database.connections.writeWithoutTransaction { database in
                try StoredState.StoredRoom.fetchAll(database, where: "rooms.id = ?", [room.data]).first
            }
        }
    }
}

/// Who a server is, for as long as its data lives.
package typealias ServerID = Identifier<EmbeddedStore>
