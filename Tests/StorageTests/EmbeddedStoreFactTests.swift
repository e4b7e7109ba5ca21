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

    /// As a version made it that kept everything.
    @Test func aFileOfAnEarlierVersionHasWholeHistories() throws {
        var sample = Sample()
        let (anna, hall) = (sample.person("anna"), sample.room("hall"))
        let events = sample.events(3, in: hall.id, by: anna.id)
        let store = try EmbeddedStore(path: path, isNew: true)
        store.append(Batch(people: [anna], rooms: [.new(hall, events: events)])) { #expect($0 == .stored) }
        try store.close()
        try execute("DELETE FROM grdb_migrations WHERE identifier LIKE '7 %'; DROP TABLE removed_sends")
        for column in ["keep_days", "anchor_sequence", "anchor_link"] {
            try execute("ALTER TABLE rooms DROP COLUMN \(column)")
        }
        let again = try EmbeddedStore(path: path, older: .migrated)
        let room = try #require(try again.load().rooms.first)
        #expect(room.anchor == .empty && room.room.rules == .usual && room.head == events.head)
        #expect(try again.history.spans(after: nil, max: 9, withAges: true).first?.firstAt == events[0].at)
        try again.close()
    }

    /// A history that was large, and of which most is removed, in pieces.
    @Test func whatIsRemovedIsInNoFileAnyMoreAndGivesItsRoomBack() throws {
        var sample = Sample()
        let (anna, hall) = (sample.person("anna"), sample.room("hall"))
        let store = try EmbeddedStore(path: path, isNew: true)
        store.append(Batch(people: [anna], rooms: [.new(hall)])) { #expect($0 == .stored) }
        let secret = Array("the treasure lies under the third lighthouse ".utf8)
        var head = Head.empty
        for _ in 0..<80 {
            let events = (1...50).map { index in
                sample.event(
                    in: hall.id, by: anna.id, sequence: head.sequence + UInt64(index),
                    content: Array(repeatElement(secret, count: 100).joined()))
            }
            let batch = Batch(rooms: [RoomBatch(room: hall.id, expecting: head, events: events)])
            store.append(batch) { #expect($0 == .stored) }
            head = events.head
        }
        try store.forget()
        let before = try size(of: path)
        for sequence in stride(from: UInt64(50), through: head.sequence, by: 50) {
            let link = try #require(try store.history.links(of: hall.id, at: [sequence])[sequence])
            var batch = RoomBatch(room: hall.id, expecting: head)
            batch.removal = HistoryRemoval(room: hall.id, through: Head(sequence: sequence, link: link))
            store.append(Batch(rooms: [batch])) { #expect($0 == .stored) }
        }
        try store.forget()
        let after = try size(of: path)
        // Some pages are kept for what comes: 1 MiB.
        #expect(before > 16 << 20 && after < 4 << 20, "\(before) bytes before, \(after) after")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
            #expect(bytes.range(of: Data("third lighthouse".utf8)) == nil, "\(name)")
        }
        try store.close()
        let reopened = try EmbeddedStore(path: path)
        #expect(try reopened.load().rooms.first?.anchor == head)
        try reopened.close()
        let connection = try DatabaseQueue(path: path)
        let complaints = try connection.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(complaints == ["ok"])
        try connection.close()
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
