import Chat
import Native
import Storage
import Testing

@testable import Server

/// What is no fault of the index, and when it takes nothing in.
@Suite struct IndexShiftTests {
    /// Of what is called on one thread.
    private final class Counter {
        private(set) var count = 0

        func add() -> Int {
            count += 1
            return count
        }
    }

    /// Of one room nothing can be read.
    private struct SpoiledHistory: HistoryReader {
        let inner: any HistoryReader
        let spoiled: RoomID
        let code: StorageError.Code

        func events(
            of room: RoomID, after sequence: UInt64, through last: UInt64, maxEvents: Int, maxBytes: Int
        ) throws(StorageError) -> [HistoryEvent] {
            if room == spoiled { throw StorageError(code, "spoiled") }
            return try inner.events(
                of: room, after: sequence, through: last, maxEvents: maxEvents, maxBytes: maxBytes)
        }

        func messages(
            at places: [EventPlace], within ranges: [RoomID: VisibleRange]
        ) throws(StorageError) -> [EventPlace: CurrentMessage] {
            try inner.messages(at: places, within: ranges)
        }

        func traces(
            of person: PersonID, in room: RoomID, after sequence: UInt64, through last: UInt64,
            within bounds: Traces.Bounds
        ) throws(StorageError) -> Traces {
            try inner.traces(of: person, in: room, after: sequence, through: last, within: bounds)
        }

        func links(of room: RoomID, at sequences: [UInt64]) throws(StorageError) -> [UInt64: Digest] {
            try inner.links(of: room, at: sequences)
        }

        func anchor(of room: RoomID) throws(StorageError) -> Head { try inner.anchor(of: room) }

        func person(named name: String) throws(StorageError) -> Person? { try inner.person(named: name) }
        func person(_ id: PersonID) throws(StorageError) -> Person? { try inner.person(id) }
        func person(of identity: ExternalIdentity) throws(StorageError) -> Person? {
            try inner.person(of: identity)
        }
        func openInvite(token: Digest) throws(StorageError) -> OpenInvite? {
            try inner.openInvite(token: token)
        }
    }

    private static func shift(_ code: StorageError.Code) throws -> (IndexShift, spoiled: RoomID, head: UInt64)
    {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let (hall, yard) = (try scene.room("hall", of: ada), try scene.room("yard", of: ada))
        for room in [hall, yard] { try scene.say("tea", in: room, by: ada) }
        let heads = scene.sequencer.heads
        let history = SpoiledHistory(inner: scene.store.history, spoiled: hall, code: code)
        var shift = try IndexShift(MemorySearchIndex(), history: history, limits: .standard)
        try shift.learn(heads, isAll: true)
        return (shift, hall, try #require(heads[yard]))
    }

    @Test func aDamagedRoomIsPassedOverAndTheOthersGoOn() throws {
        var (shift, spoiled, head) = try Self.shift(.damaged)
        for _ in 0..<4 where !shift.isDone { try shift.step() }
        #expect(shift.isDone)
        #expect(shift.indexed == head)
        #expect(shift.takeUnreadable() == [spoiled])
        #expect(shift.takeUnreadable().isEmpty)
        // More of it is no reason to look again.
        try shift.learn([spoiled: 99])
        #expect(shift.isDone)
    }

    @Test func whatAnotherTryMayMendIsNotTakenForADamagedIndex() throws {
        var (shift, _, _) = try Self.shift(.failed)
        var found: StorageError.Code?
        do throws(StorageError) { try shift.step() } catch { found = error.code }
        #expect(found == .locked)
        #expect(!shift.isDone)
    }

    @Test func nothingIsTakenInWhileTheDiskIsShort() throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        try scene.say("tea", in: hall, by: ada)
        var limits = Limits.standard
        limits.indexRetry = .milliseconds(1)
        let indexer = SearchIndexer(limits: limits)
        indexer.tell(scene.sequencer.heads)
        let (looks, grown) = (Counter(), Counter())
        let all = indexer.behind
        let factory = SearchFactory { _ throws(StorageError) in
            OpenSearch(index: MemorySearchIndex())
        } remove: {
        }
        indexer.run(
            factory, of: Incarnation(high: 1, low: 1), history: scene.store.history,
            isShort: {
                let look = looks.add()
                if look <= 5, indexer.behind != all { _ = grown.add() }
                return look <= 5
            },
            note: { error in if error == nil { indexer.finish() } }, report: { _ in })
        #expect(looks.count == 6)
        #expect(grown.count == 0)
        #expect(indexer.behind == 0)
    }
}
