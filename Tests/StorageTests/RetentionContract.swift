import Chat
import Testing

/// What every event store does when the beginning of a history is removed.
@Suite struct RetentionContract {
    private var sample = Sample()

    private struct Stage {
        let subject: any StoreUnderTest
        let anna: Person
        let hall: Room
        let events: [Event]

        func place(_ sequence: UInt64) -> EventPlace { EventPlace(room: hall.id, sequence: sequence) }
        func key(_ sequence: Int) throws -> SendKey {
            SendKey(person: anna.id, send: try #require(events[sequence - 1].sendID))
        }

        func remove(_ count: Int, remembering remembered: [Erasure] = []) -> RoomBatch {
            let last = events[count - 1]
            var batch = RoomBatch(room: hall.id, expecting: events.head)
            batch.removal = HistoryRemoval(
                room: hall.id, through: Head(sequence: last.sequence, link: last.link),
                remembered: remembered)
            return batch
        }
    }

    private mutating func stage(_ backend: StoreBackend) throws -> Stage {
        let subject = try backend.make()
        let (anna, hall) = (sample.person("anna"), sample.room("hall"))
        let events = sample.events(10, in: hall.id, by: anna.id)
        var batch = RoomBatch.new(
            hall, standings: [StandingChange(person: anna.id, role: .owner)], events: events)
        batch.edits = [
            EditPlace(sequence: 4, target: 2, contentDigest: sample.digest()),
            EditPlace(sequence: 8, target: 3, contentDigest: sample.digest()),
            EditPlace(sequence: 9, target: 7, contentDigest: sample.digest()),
        ]
        batch.pins = [Pin(target: 2), Pin(target: 7)]
        #expect(try subject.append(Batch(people: [anna], rooms: [batch])) == .stored)
        return Stage(subject: subject, anna: anna, hall: hall, events: events)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func whatIsRemovedIsGoneAndTheRestStandsAsItStood(backend: StoreBackend) throws {
        let stage = try stage(backend)
        let subject = stage.subject
        #expect(try subject.reader.anchor(of: stage.hall.id) == .empty)
        var batch = stage.remove(5)
        batch.pins = [Pin(target: 2, isRemoved: true)]
        #expect(try subject.append(Batch(rooms: [batch])) == .stored)
        let anchor = Head(sequence: 5, link: stage.events[4].link)
        for _ in 0..<2 {
            #expect(try subject.reader.anchor(of: stage.hall.id) == anchor)
            #expect(try subject.events(of: stage.hall.id).map(\.event) == Array(stage.events[5...]))
            let page = try subject.reader.events(
                of: stage.hall.id, after: 2, through: 7, maxEvents: 10, maxBytes: 10_000)
            #expect(page.map(\.event.sequence) == [6, 7])
            #expect(
                try subject.reader.events(
                    of: stage.hall.id, after: 0, through: 5, maxEvents: 10, maxBytes: 10_000
                ).isEmpty)
            #expect(
                try subject.reader.links(of: stage.hall.id, at: [1, 4, 5, 6, 10, 11])
                    == [5: anchor.link, 6: stage.events[5].link, 10: stage.events[9].link])
            let targets = try subject.store.targets(at: (1...10).map { stage.place($0) })
            #expect(targets.keys.map(\.sequence).sorted() == [6, 7, 8, 9, 10])
            #expect(targets[stage.place(7)]?.edits.map(\.sequence) == [9])
            let range = [stage.hall.id: VisibleRange(after: 0, through: 10)]
            let messages = try subject.reader.messages(at: (1...10).map { stage.place($0) }, within: range)
            #expect(messages.keys.map(\.sequence).sorted() == [6, 7, 8, 9, 10])
            let room = try #require(try subject.store.load().rooms.first)
            #expect(room.anchor == anchor && room.head == stage.events.head && room.pins == [7])
            #expect(room.lastAt == stage.events[9].at && room.members.count == 1)
            #expect(try subject.store.reload(stage.hall.id)?.anchor == anchor)
            try subject.reopen()
        }
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func aHistoryGoesOnAlsoWhenAllOfItIsRemoved(backend: StoreBackend) throws {
        let stage = try stage(backend)
        let subject = stage.subject
        // What a batch removes goes after what it brings, and after what it erases.
        let more = sample.events(1, in: stage.hall.id, by: stage.anna.id, after: stage.events.head)
        var batch = stage.remove(10)
        batch.events = more
        batch.edits = [EditPlace(sequence: 11, target: 10, contentDigest: sample.digest())]
        batch.erasures = [Erasure(sequence: 3, contentDigest: sample.digest())]
        #expect(try subject.append(Batch(rooms: [batch])) == .stored)
        try subject.reopen()
        #expect(try subject.events(of: stage.hall.id).map(\.event) == more)
        var last = RoomBatch(room: stage.hall.id, expecting: more.head)
        last.removal = HistoryRemoval(room: stage.hall.id, through: more.head)
        #expect(try subject.append(Batch(rooms: [last])) == .stored)
        try subject.reopen()
        #expect(try subject.events(of: stage.hall.id).isEmpty)
        let room = try #require(try subject.store.load().rooms.first)
        #expect(room.head == more.head && room.anchor == more.head && room.lastAt == more[0].at)
        #expect(try subject.reader.links(of: stage.hall.id, at: [10, 11]) == [11: more.head.link])
        let next = sample.events(2, in: stage.hall.id, by: stage.anna.id, after: more.head)
        #expect(
            try subject.append(
                Batch(rooms: [RoomBatch(room: stage.hall.id, expecting: more.head, events: next)])) == .stored
        )
        #expect(try subject.events(of: stage.hall.id).map(\.event) == next)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func ofTheSendsOfRemovedEventsTheNamedOnesAreRemembered(backend: StoreBackend) throws {
        let stage = try stage(backend)
        let subject = stage.subject
        let kept = [3, 4, 10].map { Erasure(sequence: $0, contentDigest: sample.digest()) }
        #expect(try subject.append(Batch(rooms: [stage.remove(10, remembering: kept)])) == .stored)
        // A conflict may bring it again: nothing changes.
        #expect(try subject.append(Batch(rooms: [stage.remove(10, remembering: kept)])) == .stored)
        try subject.reopen()
        let keys = try (1...10).map { try stage.key($0) }
        var found = try subject.store.receipts(for: keys)
        #expect(Set(found.keys) == Set(try [3, 4, 10].map { try stage.key($0) }))
        for erasure in kept {
            let (event, was) = (
                found[keys[Int(erasure.sequence) - 1]], stage.events[Int(erasure.sequence) - 1]
            )
            #expect(event?.id == was.id && event?.at == was.at && event?.sequence == was.sequence)
            #expect(event?.room == was.room && event?.author == was.author && event?.sendID == was.sendID)
            #expect(event?.salt == was.salt && event?.contentDigest == erasure.contentDigest)
            #expect(event?.content == [])
        }
        #expect(try subject.store.greatestSend(upTo: .greatest) == stage.events[9].sendID)
        #expect(try subject.store.greatestSend(upTo: keys[6].send) == stage.events[3].sendID)

        // Until they are forgotten: those of before a moment.
        let moment = stage.events[9].at
        #expect(try subject.reader.remembersSends(before: moment))
        #expect(try subject.append(Batch(sendsForgottenBefore: moment)) == .stored)
        #expect(try !subject.reader.remembersSends(before: moment))
        try subject.reopen()
        found = try subject.store.receipts(for: keys)
        #expect(Array(found.keys) == [keys[9]])
        #expect(try subject.append(Batch(sendsForgottenBefore: .never)) == .stored)
        #expect(try subject.store.receipts(for: keys).isEmpty)
        #expect(try subject.store.greatestSend(upTo: .greatest) == nil)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func spansSayFromWhereToWhereEachHistoryGoes(backend: StoreBackend) throws {
        let stage = try stage(backend)
        let subject = stage.subject
        var yard = sample.room("yard")
        yard.rules.keepDays = 7
        #expect(try subject.append(Batch(rooms: [.new(yard), stage.remove(5)])) == .stored)
        try subject.reopen()
        let hall = RoomSpan(
            room: stage.hall.id, keepDays: 0, anchor: Head(sequence: 5, link: stage.events[4].link), head: 10,
            firstAt: stage.events[5].at)
        let empty = RoomSpan(room: yard.id, keepDays: 7, anchor: .empty, head: 0, firstAt: nil)
        let both = [hall, empty].sorted { $0.room < $1.room }
        #expect(try subject.reader.spans(after: nil, max: 9, withAges: true) == both)
        #expect(try subject.reader.spans(after: nil, max: 1, withAges: true) == [both[0]])
        #expect(try subject.reader.spans(after: both[0].room, max: 9, withAges: true) == [both[1]])
        #expect(try subject.reader.spans(after: both[1].room, max: 9, withAges: true).isEmpty)
        let ageless = try subject.reader.spans(after: nil, max: 9, withAges: false)
        #expect(ageless.map(\.head) == both.map(\.head) && ageless.allSatisfy { $0.firstAt == nil })
        yard.rules.keepDays = 0
        var kept = stage.hall
        kept.rules.keepDays = 9
        let own = [
            RoomBatch(room: yard.id, expecting: .empty, settings: yard),
            RoomBatch(room: kept.id, expecting: stage.events.head, settings: kept),
        ]
        #expect(try subject.append(Batch(rooms: own)) == .stored)
        let aged = try subject.reader.spans(after: nil, max: 9, withAges: false).compactMap(\.firstAt)
        #expect(aged == [stage.events[5].at], "of those that are kept for a time it is told")
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func whereAnotherWasFirstNothingIsRemoved(backend: StoreBackend) throws {
        let stage = try stage(backend)
        var late = RoomBatch(room: stage.hall.id, expecting: Head(sequence: 9, link: stage.events[8].link))
        late.removal = stage.remove(5).removal
        #expect(try stage.subject.append(Batch(rooms: [late])) == .conflict([stage.hall.id]))
        #expect(try stage.subject.events(of: stage.hall.id).count == 10)
        #expect(try stage.subject.reader.anchor(of: stage.hall.id) == .empty)
    }
}
