import GRDB

/// SQLite as it is loaded, which may be newer than the one we were built with.
package enum SQLiteVersion {
    /// `3.40.1`; `unknown` when SQLite cannot even open a database in memory.
    package static var current: String {
        let version = try? DatabaseQueue().read { database in
            try String.fetchOne(database, sql: "SELECT sqlite_version()")
        }
        return (version ?? nil) ?? "unknown"
    }
}
