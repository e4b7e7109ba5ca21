package import Chat
import GRDB

/// Makes a restored history one that goes on by itself: clients that saw what came after the snapshot must
/// not take it for the one that they know.
package enum HistoryRebirth {
    /// No epoch that a person's sessions were given since the snapshot comes again, nor one of another
    /// restore of it.
    private static let epochs = 1_024..<1 << 20

    /// Of a file that nobody else has open, of whatever form: gives it another incarnation, ends everybody's
    /// sessions, and leaves the record of it where the audit log takes it from.
    /// - Returns: the incarnation it had.
    package static func run(
        _ path: String, incarnation: Incarnation, record: AuditRecord
    ) throws(StorageError) -> Incarnation {
        try StorageError.translating {
            let connection = try DatabaseQueue(path: path)
            let before: Incarnation = try connection.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                let row = try Row.fetchOne(
                    database, sql: "SELECT value FROM meta WHERE name = 'incarnation'")
                guard let row else { throw StorageError(.damaged, "the history has no incarnation") }
                try database.inTransaction(.immediate) {
                    try database.execute(
                        sql: "UPDATE meta SET value = ? WHERE name = 'incarnation'",
                        arguments: [incarnation.data])
                    try database.execute(
                        sql: "UPDATE people SET session_epoch = session_epoch + ?",
                        arguments: [Int.random(in: epochs)])
                    try AuditOutbox.insert(record, into: database)
                    return .commit
                }
                return try row.identifier(0)
            }
            try connection.close()
            return before
        }
    }
}
