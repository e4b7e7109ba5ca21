import Chat
import Foundation
import GRDB
import Testing

@testable import Storage

/// What files of other formats are to this version, and what becomes of older ones.
@Suite struct StoreFormsTests {
    private let folder: TemporaryFolder
    private let history: String
    private let audit: String

    init() throws {
        folder = try TemporaryFolder()
        // What is special in a URI, in which SQLite is told that a file does not change.
        try FileManager.default.createDirectory(
            atPath: folder.file("50% of ü? #1 & more"), withIntermediateDirectories: true)
        history = folder.file("50% of ü? #1 & more/chat.db")
        audit = folder.file("50% of ü? #1 & more/audit.db")
    }

    private var forms: StoreForms { .current }
    private var steps: [String] { forms.history.migrations.migrations }

    private func execute(_ sql: String, at path: String) throws {
        let connection = try DatabaseQueue(path: path)
        try connection.writeWithoutTransaction { try $0.execute(sql: sql) }
        try connection.close()
    }

    private func rows(_ sql: String, at path: String) throws -> [[DatabaseValue]] {
        let connection = try DatabaseQueue(path: path)
        let rows = try connection.read { database in
            try Row.fetchAll(database, sql: sql).map { Array($0.databaseValues) }
        }
        try connection.close()
        return rows
    }

    /// Names and bytes of all files.
    private func files() throws -> [String: Data] {
        let place = URL(filePath: history).deletingLastPathComponent().path(percentEncoded: false)
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: place) {
            files[name] = try Data(contentsOf: URL(filePath: "\(place)/\(name)"))
        }
        return files
    }

    /// Of so many steps, with something in every table of the first form.
    private func makeHistory(steps count: Int) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        let connection = try DatabaseQueue(path: history, configuration: configuration)
        try forms.history.migrations.migrate(connection, upTo: steps[count - 1])
        try connection.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    INSERT INTO people (key, id, name, unique_name, password, administrator, disabled,
                        session_epoch, created_at)
                    VALUES (1, x'00000000000000000000000000000001', 'Anna', 'anna', 'hash', 1, 0, 7, 1000);
                    INSERT INTO rooms (key, id, kind, name, unique_name, topic, archived, created_at,
                        head_sequence, head_link, last_at)
                    VALUES (1, x'00000000000000000000000000000002', 1, 'Hall', 'hall', 'words', 0, 1000, 1,
                        zeroblob(32), 2000);
                    INSERT INTO members (room, person, role) VALUES (1, 1, 2);
                    INSERT INTO events (position, id, author, at, salt, content_digest, link, content)
                    VALUES ((1 << 40) + 1, zeroblob(16), x'00000000000000000000000000000001', 2000,
                        zeroblob(16), NULL, zeroblob(32), x'0102');
                    INSERT INTO audit_outbox (id, at, kind, actor, subjects, details)
                    VALUES (zeroblob(16), 1, 'person_added', 'operations', '', x'7b7d');
                    """)
        }
        try connection.close()
    }

    @Test func aHistoryOfEachEarlierFormatIsBroughtToTodays() throws {
        let fresh = folder.file("fresh.db")
        try EmbeddedStore(path: fresh, isNew: true).close()
        let schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
        let kept = [
            "SELECT key, id, name, unique_name, password, administrator, session_epoch FROM people",
            "SELECT key, id, name, topic, head_sequence, head_link FROM rooms",
            "SELECT room, person, role FROM members",
            "SELECT position, id, author, at, salt, link, content FROM events",
            "SELECT id, at, kind, actor, subjects, details FROM audit_outbox", "SELECT name, value FROM meta",
        ]
        for count in 1..<steps.count {
            try makeHistory(steps: count)
            let before = try kept.map { try rows($0, at: history) }
            let number = DatabaseFormat.number(of: steps[count - 1])
            #expect(try forms.look(history: history, audit: audit).history == .older(format: number))
            try forms.migrate(history: history, audit: audit)
            #expect(try forms.look(history: history, audit: audit).history == .present)
            #expect(try rows(schema, at: history) == rows(schema, at: fresh), "from format \(number)")
            #expect(try kept.map { try rows($0, at: history) } == before, "from format \(number)")
            let store = try EmbeddedStore(path: history)
            #expect(try store.load().people.map(\.name.displayed) == ["Anna"])
            try store.close()
            try FileManager.default.removeItem(atPath: history)
        }
        #expect(steps.count > 1)
    }

    @Test func formatsAreCountedFromOneWithoutAGap() {
        #expect(steps.map(DatabaseFormat.number) == Array(1...steps.count))
        #expect(forms.audit.migrations.migrations.map(DatabaseFormat.number) == Array(1...forms.audit.format))
    }

    @Test func lookingChangesNothing() throws {
        #expect(try forms.look(history: history, audit: audit) == .init(history: .missing, audit: .missing))
        #expect(try files().isEmpty)
        try makeHistory(steps: 1)
        try EmbeddedAuditStore(path: audit).close()
        let before = try files()
        #expect(
            try forms.look(history: history, audit: audit)
                == .init(history: .older(format: 1), audit: .present))
        #expect(try files() == before)
    }

    /// After a kill the last step may stand in SQLite's log alone.
    @Test func aStepThatStandsInTheLogAloneIsSeen() throws {
        try EmbeddedStore(path: history, isNew: true).close()
        let writer = try DatabaseQueue(path: history)
        try writer.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA wal_autocheckpoint = 0;
                    INSERT INTO grdb_migrations VALUES ('999 what nobody knows yet')
                    """)
        }
        // As a kill leaves them.
        let copies = try ["chat.db", "chat.db-wal"].map { name in try files()[name].required(name) }
        try writer.close()
        let killed = folder.file("killed.db")
        try copies[0].write(to: URL(filePath: killed))
        try copies[1].write(to: URL(filePath: killed + "-wal"))
        let error = #expect(throws: StorageError.self) {
            try forms.look(history: killed, audit: audit)
        }
        #expect(error?.code == .newer)
        #expect(try Data(contentsOf: URL(filePath: killed)) == copies[0])
        #expect(try Data(contentsOf: URL(filePath: killed + "-wal")) == copies[1])
    }

    @Test func aNewerOneIsRefusedByBothFormatsAndLeftAsItIs() throws {
        try EmbeddedStore(path: history, isNew: true).close()
        try execute("INSERT INTO grdb_migrations VALUES ('999 what nobody knows yet')", at: history)
        let before = try files()
        let error = #expect(throws: StorageError.self) { try forms.look(history: history, audit: audit) }
        #expect(error?.code == .newer)
        #expect(
            error?.detail.contains("its format is 999, with the step \"999 what nobody knows yet\"") == true)
        #expect(error?.detail.contains("formats up to \(steps.count)") == true)
        #expect(throws: StorageError.self) { try forms.migrate(history: history, audit: audit) }
        #expect(try files() == before)
    }

    /// Two versions that went different ways: the number alone would not tell.
    @Test func aStepOfAnotherNameIsNewer() throws {
        try EmbeddedStore(path: history, isNew: true).close()
        try execute(
            "UPDATE grdb_migrations SET identifier = '1 other' WHERE identifier LIKE '1 %'", at: history)
        let error = #expect(throws: StorageError.self) { try forms.look(history: history, audit: audit) }
        #expect(error?.code == .newer)
        #expect(error?.detail.contains("\"1 other\"") == true)
    }

    @Test func aStoreOpensNoOlderFileAndTakesItForACopyAsItIs() throws {
        try makeHistory(steps: 1)
        let before = try files()
        let error = #expect(throws: StorageError.self) { try EmbeddedStore(path: history) }
        #expect(error?.code == .older)
        #expect(try files() == before)
        let taken = try EmbeddedStore(path: history, older: .taken)
        try taken.close()
        #expect(try forms.look(history: history, audit: audit).history == .older(format: 1))
    }

    /// So much of one was made when an `init` was interrupted.
    @Test func whatWasBegunWhileAServerIsSetUpIsCompleted() throws {
        try makeHistory(steps: 2)
        try EmbeddedStore(path: history, isNew: true, older: .migrated).close()
        #expect(try forms.look(history: history, audit: audit).history == .present)
    }

    @Test func aCopyIsWhatWasThere() throws {
        try makeHistory(steps: steps.count)
        try DatabaseCopy.make(of: history, to: folder.file("copy.db"))
        let all = "SELECT * FROM events"
        #expect(try rows(all, at: folder.file("copy.db")) == rows(all, at: history))
        #expect(try rows(all, at: history).count == 1)
    }
}

extension Optional {
    fileprivate func required(_ name: String) throws -> Wrapped { try #require(self, "\(name)") }
}
