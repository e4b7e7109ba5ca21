import Chat
import GRDB

/// The form of chat.db, as the steps that lead to it. A step that has been released never changes.
enum ChatSchema {
    /// The bits of an event's position that are its sequence; those above are its room's key.
    static let sequenceBits: Int64 = 40
    static let greatestSequence: UInt64 = 1 << 40 - 1

    static var form: SyncedDatabase.Form {
        SyncedDatabase.Form(
            label: "chat", migrations: migrations, writerCache: 4_096, givesRoomBack: true)
    }

    private static var migrations: DatabaseMigrator {
        var migrations = DatabaseMigrator()
        migrations.registerMigration("1 people, rooms, members, events") { database in
            try database.execute(sql: firstForm)
            var random = SystemRandomNumberGenerator()
            for name in ["server", "incarnation"] {
                let identity = Incarnation(high: random.next(), low: random.next())
                try database.execute(
                    sql: "INSERT INTO meta (name, value) VALUES (?, ?)", arguments: [name, identity.data])
            }
        }
        migrations.registerMigration("2 identities") { database in
            try database.execute(sql: identities)
        }
        migrations.registerMigration("3 second factors") { database in
            try database.execute(sql: secondFactors)
        }
        migrations.registerMigration("4 open invites") { database in
            try database.execute(sql: openInvites)
        }
        migrations.registerMigration("5 edits") { database in
            try database.execute(sql: edits)
        }
        migrations.registerMigration("6 moderation") { database in
            try database.execute(sql: moderation)
        }
        migrations.registerMigration("7 retention") { database in
            try database.execute(sql: retention)
        }
        migrations.registerMigration("8 read positions") { database in
            try database.execute(sql: readPositions)
        }
        migrations.registerMigration("9 persons") { database in
            try database.execute(sql: deletions)
        }
        return migrations
    }

    /// `events.messages` is how many messages the room has up to and including the event; of what was deleted
    /// before they were counted all counts as a message. `mentions` are sequences of eight bytes, one after
    /// the other. Who is a member has read all that there is.
    private static let readPositions = """
        ALTER TABLE events ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE rooms ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;

        UPDATE events SET messages = counted.messages FROM (
            SELECT position AS place,
                sum(content = x'' OR substr(content, 1, 1) = x'0a')
                    OVER (PARTITION BY position >> 40 ORDER BY position) AS messages
            FROM events
        ) AS counted WHERE position = counted.place;
        UPDATE rooms SET messages = coalesce(
            (SELECT messages FROM events WHERE position = rooms.key << 40 | rooms.head_sequence), 0);

        CREATE TABLE reads (
            room INTEGER NOT NULL REFERENCES rooms,
            person INTEGER NOT NULL REFERENCES people,
            sequence INTEGER NOT NULL,
            messages INTEGER NOT NULL,
            mentions BLOB NOT NULL,
            PRIMARY KEY (room, person)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO reads SELECT room, person, head_sequence, rooms.messages, x''
            FROM members JOIN rooms ON rooms.key = room;
        """

    /// A room's history begins behind its anchor, the last event that was removed: its link is what the
    /// events that are left are verified from. `removed_sends` are the sends of removed events that are
    /// remembered: `id`, `at` and `salt` are the event's, `position` was.
    private static let retention = """
        ALTER TABLE rooms ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE rooms ADD COLUMN anchor_sequence INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE rooms ADD COLUMN anchor_link BLOB NOT NULL
            DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

        CREATE TABLE removed_sends (
            send_id BLOB NOT NULL,
            author BLOB NOT NULL,
            position INTEGER NOT NULL,
            id BLOB NOT NULL,
            at INTEGER NOT NULL,
            salt BLOB NOT NULL,
            content_digest BLOB NOT NULL CHECK (length(content_digest) = 32),
            PRIMARY KEY (send_id, author)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX removed_sends_by_time ON removed_sends (at);
        """

    /// People who are deleted, or about to be, and how far that has come: `room` is an id, null before the
    /// first; `finished_at` is null as long as something is left. `DeletedCounts` has the kinds.
    private static let deletions = """
        CREATE TABLE deletions (
            person BLOB PRIMARY KEY NOT NULL CHECK (length(person) = 16),
            begun_at INTEGER NOT NULL,
            finished_at INTEGER,
            room BLOB CHECK (length(room) = 16),
            sequence INTEGER NOT NULL,
            told_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE deleted_counts (
            person BLOB NOT NULL REFERENCES deletions,
            kind TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (person, kind)
        ) STRICT, WITHOUT ROWID;
        """

    /// `since` is the sequence of the event by which the member joined, or 0 where that is not known: for who
    /// was one before there was a choice, all is visible. `muted_until` is null for whoever is not muted. An
    /// outsider's `inviter` is a person's id, or 16 zero bytes for the operator; what is null is not so.
    private static let moderation = """
        ALTER TABLE rooms ADD COLUMN visibility INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE rooms ADD COLUMN slow_seconds INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE members ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE members ADD COLUMN muted_until INTEGER;

        CREATE TABLE outsiders (
            room INTEGER NOT NULL REFERENCES rooms,
            person INTEGER NOT NULL REFERENCES people,
            inviter BLOB CHECK (length(inviter) = 16),
            banned_until INTEGER,
            muted_until INTEGER,
            PRIMARY KEY (room, person)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE pins (
            number INTEGER PRIMARY KEY,
            room INTEGER NOT NULL REFERENCES rooms,
            sequence INTEGER NOT NULL,
            UNIQUE (room, sequence)
        ) STRICT;

        CREATE TABLE blocks (
            person INTEGER NOT NULL REFERENCES people,
            blocked INTEGER NOT NULL REFERENCES people,
            PRIMARY KEY (person, blocked)
        ) STRICT, WITHOUT ROWID;
        """

    /// Which events are edits of which messages, by their positions, and their contents' digests: what a
    /// deletion has to erase, and what stays of it. Gone with the message.
    private static let edits = """
        CREATE TABLE edits (
            target INTEGER NOT NULL,
            position INTEGER NOT NULL,
            content_digest BLOB NOT NULL CHECK (length(content_digest) = 32),
            PRIMARY KEY (target, position)
        ) STRICT, WITHOUT ROWID;
        """

    /// Whom the identities of providers lead in as; found by both columns, which name them for ever.
    private static let identities = """
        CREATE TABLE identities (
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            person INTEGER NOT NULL REFERENCES people,
            linked_at INTEGER NOT NULL,
            PRIMARY KEY (issuer, subject)
        ) STRICT, WITHOUT ROWID;
        """

    /// `factor` is its id, `factor_secret` sealed by a key that is not in the database, `factor_codes` are
    /// digests of 32 bytes, one after the other. All are null for whoever has none.
    private static let secondFactors = """
        ALTER TABLE people ADD COLUMN factor BLOB CHECK (length(factor) = 16);
        ALTER TABLE people ADD COLUMN factor_secret BLOB;
        ALTER TABLE people ADD COLUMN factor_step INTEGER;
        ALTER TABLE people ADD COLUMN factor_codes BLOB;
        ALTER TABLE people ADD COLUMN factor_since INTEGER;
        """

    /// `token` is a digest, `rooms` are ids of 16 bytes, one after the other, `maker` is a person's id, or 16
    /// zero bytes for the operator.
    private static let openInvites = """
        CREATE TABLE open_invites (
            id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
            token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
            uses INTEGER NOT NULL,
            uses_left INTEGER NOT NULL CHECK (uses_left BETWEEN 1 AND uses),
            expires_at INTEGER NOT NULL,
            administrator INTEGER NOT NULL,
            rooms BLOB NOT NULL,
            role INTEGER NOT NULL,
            maker BLOB NOT NULL CHECK (length(maker) = 16),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// `position` is the room's key and the sequence in one number, so that a room's history lies together
    /// and in order. `author` is an id, not a key: an event outlives whoever wrote it. `content` stands last,
    /// so that the other columns are read without following its overflow pages.
    ///
    /// Send ids grow with time, whoever makes them: with the id first the index grows at its end, and a batch
    /// writes one page of it; with the author first it would write one for each author.
    private static let firstForm = """
        CREATE TABLE meta (
            name TEXT PRIMARY KEY NOT NULL,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE people (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            name TEXT NOT NULL,
            unique_name TEXT NOT NULL UNIQUE,
            password TEXT,
            administrator INTEGER NOT NULL,
            disabled INTEGER NOT NULL,
            session_epoch INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE rooms (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            kind INTEGER NOT NULL,
            name TEXT,
            unique_name TEXT UNIQUE,
            topic TEXT NOT NULL,
            archived INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            lesser BLOB,
            greater BLOB,
            head_sequence INTEGER NOT NULL,
            head_link BLOB NOT NULL,
            last_at INTEGER NOT NULL,
            UNIQUE (lesser, greater)
        ) STRICT;

        CREATE TABLE members (
            room INTEGER NOT NULL REFERENCES rooms,
            person INTEGER NOT NULL REFERENCES people,
            role INTEGER NOT NULL,
            PRIMARY KEY (room, person)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            position INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            author BLOB NOT NULL,
            at INTEGER NOT NULL,
            send_id BLOB,
            salt BLOB NOT NULL,
            content_digest BLOB,
            link BLOB NOT NULL,
            content BLOB NOT NULL,
            CHECK ((content_digest IS NULL) = (length(content) > 0))
        ) STRICT;

        CREATE TABLE audit_outbox (
            position INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            subjects TEXT NOT NULL,
            details BLOB NOT NULL
        ) STRICT;

        CREATE UNIQUE INDEX events_by_send ON events (send_id, author) WHERE send_id IS NOT NULL;
        """
}
