import GRDB

/// Copies a database that nobody else has open, page by page, as SQLite sees it.
package enum DatabaseCopy {
    /// - Parameter target: a file that is not there yet. Not synced: whoever makes it throws it away again.
    package static func make(of path: String, to target: String) throws {
        let source = try DatabaseQueue(path: path)
        let copy = try DatabaseQueue(path: target)
        try copy.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
        }
        try source.backup(to: copy)
        try copy.close()
        try source.close()
    }
}
