import Chat
import Storage
import Testing
import Wire

@testable import Server

/// Pages, what is not in the index yet, and how far that is looked through.
@Suite(.serialized) struct SearchJobTests {
    @Test func pagesBringEverythingOnceAndTheNewestFirst() throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let rooms = try ["hall", "yard", "loft"].map { try scene.room($0, of: ada) }
        var said: [EventPlace] = []
        for turn in 0..<60 {
            let room = rooms[turn % 3]
            said.append(EventPlace(room: room, sequence: try scene.say("tea \(turn)", in: room, by: ada)))
            if turn == 40 { try scene.catchUp() }
        }
        for max in [1, 7, 50] {
            var found: [EventPlace] = []
            var cursor: SearchPlace?
            repeat {
                let search = SearchRequest(query: "tea", cursor: cursor, max: max)
                let page = try scene.page(scene.order(search, by: ada).get())
                #expect(page.found.count <= max && !page.isBehind)
                found += page.found.map {
                    EventPlace(room: $0.event.event.room, sequence: $0.event.event.sequence)
                }
                cursor = page.next
            } while cursor != nil && found.count <= 60
            #expect(found == said.reversed())
        }
    }

    @Test func aPageEndsWhereItsBytesDo() throws {
        let scene = try SearchScene()
        scene.limits.historyPageBytes = 3_000
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        for _ in 0..<10 { try scene.say("tea " + String(repeating: "x", count: 996), in: hall, by: ada) }
        let page = try scene.page("tea", by: ada)
        #expect(page.found.count == 3 && page.next == page.found.last.map(place))
    }

    private func place(_ message: CurrentMessage) -> SearchPlace {
        SearchPlace(
            at: message.event.event.at, room: message.event.event.room, sequence: message.event.event.sequence
        )
    }

    @Test func withoutAnIndexTheNewestIsFoundAndTheAnswerSaysSo() throws {
        let scene = try SearchScene()
        scene.limits.searchTailEvents = 20
        scene.hasIndex = false
        let ada = scene.person("ada")
        let (hall, yard) = (try scene.room("hall", of: ada), try scene.room("yard", of: ada))
        let only = try scene.say("tea", in: yard, by: ada)
        #expect(try scene.find("tea", by: ada) == [only])
        for _ in 0..<100 { try scene.say("tea", in: hall, by: ada) }
        let page = try scene.page("tea", by: ada)
        #expect(page.isBehind)
        #expect(page.found.filter { $0.event.event.room == yard }.count == 1)
        let last = try #require(scene.sequencer.heads[hall])
        #expect(page.found.contains { $0.event.event.sequence == last })
        scene.hasIndex = true
        try scene.catchUp()
        #expect(try !scene.page("tea", by: ada).isBehind)
    }

    @Test func manyBytesThatAreNotIndexedAreNotAllRead() throws {
        let scene = try SearchScene()
        scene.limits.searchTailBytes = 5_000
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        for _ in 0..<20 { try scene.say("tea " + String(repeating: "x", count: 996), in: hall, by: ada) }
        #expect(try scene.page("tea", by: ada).isBehind)
    }

    @Test func anIndexThatIsAheadIsNoIndexOfThisHistory() throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        let index = MemorySearchIndex()
        index.apply([RoomChanges(room: hall, changes: [], through: 1_000)])
        var shift = try IndexShift(index, history: scene.store.history, limits: .standard)
        #expect(throws: StorageError.self) { try shift.learn(scene.sequencer.heads, isAll: true) }
    }

    /// No room waits for a longer one.
    @Test func roomsAreIndexedInTurn() throws {
        let scene = try SearchScene()
        var limits = Limits.standard
        limits.indexBatchEvents = 8
        limits.indexPageEvents = 4
        let ada = scene.person("ada")
        let rooms = try ["hall", "yard", "loft"].map { try scene.room($0, of: ada) }
        for _ in 0..<50 { try scene.say("tea", in: rooms[0], by: ada) }
        let index = MemorySearchIndex()
        var shift = try IndexShift(index, history: scene.store.history, limits: limits)
        try shift.learn(scene.sequencer.heads, isAll: true)
        try shift.step()
        try shift.step()
        #expect(rooms.allSatisfy { (index.positions()[$0] ?? 0) > 0 })
        for _ in 0..<100 where !shift.isDone { try shift.step() }
        #expect(index.positions() == scene.sequencer.heads)
        #expect(shift.indexed == scene.sequencer.heads.values.reduce(0, +))
    }
}
