package import Chat
import GRDB

/// Records that somebody else than the sequencer leaves in a history, while nobody has it open: they are
/// entered into the audit log at the next start, as all that waits there.
package enum AuditOutbox {
    /// On the disk when it returns.
    package static func add(_ record: AuditRecord, to path: String) throws(StorageError) {
        try StorageError.translating {
            let connection = try DatabaseQueue(path: path)
            try connection.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try insert(record, into: database)
            }
            try connection.close()
        }
    }

    /// In the columns of the first form, which all have.
    static func insert(_ record: AuditRecord, into database: Database) throws {
        try database.execute(
            sql: "INSERT INTO audit_outbox (\(AuditRecord.columns)) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: record.arguments)
    }
}
