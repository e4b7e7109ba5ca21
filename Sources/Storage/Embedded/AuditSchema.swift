import Chat
import GRDB

/// The form of audit.db, as the steps that lead to it. A step that has been released never changes.
enum AuditSchema {
    static var form: SyncedDatabase.Form {
        SyncedDatabase.Form(label: "audit", migrations: migrations, writerCache: 2_048)
    }

    private static var migrations: DatabaseMigrator {
        var migrations = DatabaseMigrator()
        migrations.registerMigration("1 entries, checkpoints") { database in
            try database.execute(sql: firstForm)
            var random = SystemRandomNumberGenerator()
            let log = AuditLogID(high: random.next(), low: random.next())
            try database.execute(
                sql: "INSERT INTO meta (name, value) VALUES ('log', ?)", arguments: [log.data])
        }
        return migrations
    }

    private static let firstForm = """
        CREATE TABLE meta (
            name TEXT PRIMARY KEY NOT NULL,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE entries (
            sequence INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            subjects TEXT NOT NULL,
            salt BLOB,
            details BLOB,
            details_digest BLOB NOT NULL,
            link BLOB NOT NULL
        ) STRICT;

        CREATE TABLE codes (
            sequence INTEGER PRIMARY KEY,
            code BLOB NOT NULL
        ) STRICT;

        CREATE TABLE checkpoints (
            number INTEGER PRIMARY KEY,
            sequence INTEGER NOT NULL,
            at INTEGER NOT NULL,
            link BLOB NOT NULL,
            marks BLOB NOT NULL,
            key BLOB NOT NULL,
            signature BLOB NOT NULL
        ) STRICT;
        """
}
