import Chat
import GRDB

/// What SQLite itself says of a file that nobody else has open.
package enum DatabaseCheck {
    /// - Throws: `SnapshotError.inconsistent` with the first complaint
    ///   (https://www.sqlite.org/pragma.html#pragma_integrity_check and #pragma_foreign_key_check).
    package static func run(_ path: String, name: String) throws {
        let complaints = try StorageError.translating {
            let database = try DatabaseQueue(path: path)
            let complaints = try database.writeWithoutTransaction { database in
                try String.fetchAll(database, sql: "PRAGMA integrity_check(1)").filter { $0 != "ok" }
                    + Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(1).map { row in
                        "a row of \(row[0] as String? ?? "?") refers to nothing"
                    }
            }
            try database.close()
            return complaints
        }
        if let first = complaints.first { throw SnapshotError(.inconsistent, "\(name): \(first)") }
    }
}
