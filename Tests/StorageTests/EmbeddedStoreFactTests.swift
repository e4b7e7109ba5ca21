import Chat
import Foundation
import GRDB
import Testing

@testable import Storage

/// What is true of chat.db alone: SQLite's settings, and files that must be refused.
@Suite struct EmbeddedStoreFactTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("chat.db")
    }

    @Test func writerSyncsEachCommitAndLeavesCheckpointsToOthers() throws {
        let database = try SyncedDatabase(
            path: path, form: ChatSchema.form, isNew: true, limits: .standard)
        let settings = ["synchronous", "journal_mode", "wal_autocheckpoint", "foreign_keys"]
        let found = try database.connections.writeWithoutTransaction { database in
            try settings.map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
        }
        #expect(found == ["2", "wal", "0", "1"])
        try database.close()
    }

    @Test func fileOfANewerVersionIsRefused() throws {
        try EmbeddedStore(path: path, isNew: true).close()
        try execute("INSERT INTO grdb_migrations (identifier) VALUES ('9 what nobody knows yet')")
        #expect(failure(at: path)?.code == .newer)
    }

    /// As a version made it that knew no second factors.
    @Test func aFileOfAnEarlierVersionGetsTheColumnsOfSecondFactors() throws {
        var sample = Sample()
        let (anna, store) = (sample.person("anna", password: "h"), try EmbeddedStore(path: path, isNew: true))
        store.append(Batch(people: [anna])) { #expect($0 == .stored) }
        try store.close()
        try execute("DELETE FROM grdb_migrations WHERE identifier LIKE '3 %'")
        for column in ["factor", "factor_secret", "factor_step", "factor_codes", "factor_since"] {
            try execute("ALTER TABLE people DROP COLUMN \(column)")
        }
        #expect(failure(at: path, isNew: false)?.code == .older)
        let again = try EmbeddedStore(path: path, older: .migrated)
        #expect(try again.load().people == [anna])
        try again.close()
    }

    @Test func aSecondFactorThatIsNotWholeIsDamaged() throws {
        var (sample, store) = (Sample(), try EmbeddedStore(path: path, isNew: true))
        store.append(Batch(people: [sample.person("anna")])) { #expect($0 == .stored) }
        try store.close()
        try execute(
            """
            UPDATE people SET factor = zeroblob(16), factor_secret = x'00', factor_step = 1,
                factor_codes = x'01', factor_since = 1
            """)
        store = try EmbeddedStore(path: path)
        let error = #expect(throws: StorageError.self) { try store.load() }
        #expect(error?.code == .damaged)
        try store.close()
    }

    @Test func fileThatIsNoDatabaseIsDamaged() throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
        #expect(failure(at: path)?.code == .damaged)
    }

    /// An empty history in the place of one that was lost would hide the loss.
    @Test func aLostHistoryIsNotReplacedByAnEmptyOne() throws {
        #expect(failure(at: path, isNew: false)?.code == .damaged)
        #expect(!FileManager.default.fileExists(atPath: path))
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(failure(at: path, isNew: false)?.code == .damaged)
        try FileManager.default.removeItem(atPath: path)
        try execute("CREATE TABLE other (x)")
        #expect(failure(at: path, isNew: false)?.code == .damaged)
        try FileManager.default.removeItem(atPath: path)
        try EmbeddedStore(path: path, isNew: true).close()
        #expect(failure(at: path, isNew: false) == nil)
    }

    @Test func directoryThatIsNotThereIsAFailure() {
        #expect(failure(at: path + "/none/chat.db") != nil)
    }

    @Test func serverKeepsItsIdentity() throws {
        let first = try EmbeddedStore(path: path, isNew: true)
        let id = first.serverID
        try first.close()
        let second = try EmbeddedStore(path: path, isNew: true)
        #expect(second.serverID == id)
        try second.close()
    }

    @Test func aClosedStoreIsOneFile() throws {
        let store = try EmbeddedStore(path: path, isNew: true)
        _ = try store.history.links(of: RoomID(high: 1, low: 1), at: [1])
        try store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["chat.db"])
    }

    @Test func checkpointsGrowMoreThoroughWithTheLog() {
        let frame = 4_096 + 24
        #expect(Checkpoints.next(frames: 0, walBytes: 100 * frame) == .nothing)
        #expect(Checkpoints.next(frames: 25, walBytes: 100 * frame) == .nothing)
        #expect(Checkpoints.next(frames: 26, walBytes: 100 * frame) == .restart)
        #expect(Checkpoints.next(frames: 100, walBytes: 100 * frame) == .restart)
        #expect(Checkpoints.next(frames: 101, walBytes: 100 * frame) == .truncate)
    }

    @Test func logStaysWithinItsLimitUnderSteadyWriting() throws {
        var limits = Limits.standard
        limits.walBytes = 8 * 1_024 * 1_024
        let store = try EmbeddedStore(path: path, isNew: true, limits: limits)
        var sample = Sample()
        let person = sample.person("anna")
        let room = sample.room("hall")
        store.append(Batch(people: [person], rooms: [.new(room)])) { #expect($0 == .stored) }
        var head = Head.empty
        var greatest = 0
        for _ in 0..<150 {
            let events = sample.events(64, in: room.id, by: person.id, after: head, bytes: 4_000)
            let batch = Batch(rooms: [RoomBatch(room: room.id, expecting: head, events: events)])
            store.append(batch) { #expect($0 == .stored) }
            head = events.head
            greatest = max(greatest, try size(of: path + "-wal"))
        }
        #expect(greatest < 2 * limits.walBytes, "the log grew to \(greatest) bytes while 40 MB were written")
        try store.close()
    }

    @Test func commitThatBreaksARuleOfTheDatabaseIsUnknownAndEndsTheStore() throws {
        let store = try EmbeddedStore(path: path, isNew: true)
        var sample = Sample()
        let stranger = sample.person("never stored")
        let room = sample.room("hall")
        let batch = Batch(rooms: [.new(room, standings: [StandingChange(person: stranger.id, role: .owner)])])
        store.append(batch) { #expect($0.isUnknown) }
        store.append(Batch(people: [stranger])) { #expect($0.isUnknown) }
        try store.close()
        let reopened = try EmbeddedStore(path: path, isNew: true)
        #expect(try reopened.load().rooms.isEmpty)
        try reopened.close()
    }

    private func execute(_ sql: String) throws {
        let connection = try DatabaseQueue(path: path)
        try connection.write { try $0.execute(sql: sql) }
        try connection.close()
    }

    private func failure(at path: String, isNew: Bool = true) -> StorageError? {
        do throws(StorageError) {
            try EmbeddedStore(path: path, isNew: isNew).close()
            return nil
        } catch {
            return error
        }
    }

    private func size(of path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
