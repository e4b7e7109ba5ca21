package import Chat
import GRDB

/// The committed audit log of audit.db, for readers on any thread.
package struct EmbeddedAuditReader: AuditReader {
    private let connections: DatabasePool
    private let condition: StoreCondition

    init(_ connections: DatabasePool, _ condition: StoreCondition) {
        self.connections = connections
        self.condition = condition
    }

    package func items(
        after cursor: AuditCursor, maxEntries: Int, maxBytes: Int
    ) throws(StorageError) -> [AuditItem] {
        try condition.watching {
            try connections.read { database in
                let entries = try entries(after: cursor, maxEntries: maxEntries, maxBytes: maxBytes, database)
                let last = entries.last?.sequence ?? cursor.sequence
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT \(AuditCheckpoint.columns) FROM checkpoints
                        WHERE number > ? AND sequence <= ? ORDER BY number LIMIT ?
                        """,
                    arguments: [Int64(clamping: cursor.checkpoint), Int64(clamping: last), entries.count + 1])
                let checkpoints = try Array(rows.map { row in try AuditCheckpoint(row: row) })
                return AuditItem.ordered(entries, checkpoints)
            }
        }
    }

    package func lastSequence() throws(StorageError) -> UInt64 {
        try condition.watching {
            try connections.read { database in
                try UInt64.fetchOne(database, sql: "SELECT max(sequence) FROM entries") ?? 0
            }
        }
    }

    private func entries(
        after cursor: AuditCursor, maxEntries: Int, maxBytes: Int, _ database: Database
    ) throws -> [AuditEntry] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(AuditEntry.columns) FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?")
        let rows = try Row.fetchCursor(statement, arguments: [Int64(clamping: cursor.sequence), maxEntries])
        var entries: [AuditEntry] = []
        var bytes = 0
        while bytes < maxBytes, let row = try rows.next() {
            let entry = try AuditEntry(row: row)
            bytes += entry.content?.details.count ?? 0
            entries.append(entry)
        }
        return entries
    }
}
