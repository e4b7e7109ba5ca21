import Chat
import Foundation
import Testing

@testable import Storage

/// A database whose pages are changed from outside, as a failing disk or another program does.
@Suite struct DamagedStoreTests {
    private let folder: TemporaryFolder
    private let path: String
    private var sample = Sample()
    private let (person, room): (Person, Room)

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("chat.db")
        (person, room) = (sample.person("anna"), sample.room("hall"))
    }

    /// Every page but the first ones, which were read at the opening, is overwritten under the open store.
    @Test mutating func aStoreThatIsDamagedUnderItIsOnlyReadFromThenOn() throws {
        var head = try fill()
        let store = try EmbeddedStore(path: path)
        _ = try store.load()
        try overwrite(from: 12 * 4_096)
        let events = sample.events(1, in: room.id, by: person.id, after: head)
        head = events.head
        var outcomes: [AppendOutcome] = []
        // Whatever finds it first: a page of history, or the next event.
        let page = Result {
            try store.history.events(of: room.id, after: 0, through: 400, maxEvents: 400, maxBytes: .max)
        }
        for _ in 0..<2 {
            store.append(Batch(rooms: [RoomBatch(room: room.id, expecting: .empty, events: events)])) {
                outcomes.append($0)
            }
        }
        #expect(throws: StorageError.self) { try page.get() }
        let damage = try #require(store.care.condition.damage)
        #expect(outcomes == [.damaged(damage), .damaged(damage)])
        #expect(try store.load().people == [person])
    }

    /// What SQLite finds while it writes is rolled back, and no reason to start again.
    @Test mutating func aWriteThatFindsDamageStoresNothing() throws {
        let head = try fill()
        let store = try EmbeddedStore(path: path)
        _ = try store.load()
        try overwrite(from: 12 * 4_096)
        let events = sample.events(40, in: room.id, by: person.id, after: head, bytes: 2_000)
        var outcome: AppendOutcome?
        store.append(Batch(rooms: [RoomBatch(room: room.id, expecting: head, events: events)])) {
            outcome = $0
        }
        guard case .damaged(let detail) = outcome else {
            Issue.record("a damaged database took a batch: \(String(describing: outcome))")
            return
        }
        #expect(store.care.condition.damage == detail)
        #expect(try store.load().rooms.first?.head == head)
    }

    @Test mutating func theConditionKeepsWhatWasFoundFirst() {
        let condition = StoreCondition()
        condition.note(StorageError(.full, "no room"))
        condition.note(StorageError(.failed, "EIO"))
        #expect(!condition.isDamaged && condition.damage == nil)
        condition.note(StorageError(.damaged, "one"))
        condition.note(StorageError(.damaged, "two"))
        #expect(condition.isDamaged && condition.damage == "one")
    }

    /// A history of a few hundred pages, closed.
    private mutating func fill() throws -> Head {
        let store = try EmbeddedStore(path: path, isNew: true)
        store.append(Batch(people: [person], rooms: [.new(room)])) { #expect($0 == .stored) }
        var head = Head.empty
        for _ in 0..<10 {
            let events = sample.events(40, in: room.id, by: person.id, after: head, bytes: 2_000)
            store.append(Batch(rooms: [RoomBatch(room: room.id, expecting: head, events: events)])) {
                #expect($0 == .stored)
            }
            head = events.head
        }
        try store.close()
        return head
    }

    private func overwrite(from offset: UInt64) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = try file.seekToEnd()
        try #require(size > offset)
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xa5, count: Int(size - offset)))
        try file.close()
    }
}
