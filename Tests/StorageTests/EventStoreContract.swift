import Chat
import Testing

/// What every event store does. No adapter has behaviour tests of its own.
@Suite struct EventStoreContract {
    private var sample = Sample()

    @Test(arguments: StoreBackend.allCases)
    func newStoreIsEmptyAndKeepsItsIncarnation(backend: StoreBackend) throws {
        let subject = try backend.make()
        let first = try subject.store.load()
        #expect(first.people.isEmpty && first.rooms.isEmpty)
        try subject.reopen()
        #expect(try subject.store.load().incarnation == first.incarnation)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func whatWasStoredIsLoadedAgain(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("Anna", password: "hash"), sample.person("Борис"))
        let (hall, notes) = (sample.room("Hall"), sample.directRoom(anna, ben))
        let empty = sample.room("Empty", kind: .closed)
        let events = sample.events(3, in: hall.id, by: anna.id)
        let members = [
            StandingChange(person: anna.id, role: .owner), StandingChange(person: ben.id, role: .member),
        ]
        let batch = Batch(
            people: [anna, ben],
            rooms: [
                .new(hall, standings: members, events: events), .new(notes), .new(empty, standings: members),
            ])
        #expect(try subject.append(batch) == .stored)
        try subject.reopen()

        let state = try subject.store.load()
        #expect(Set(state.people) == [anna, ben])
        #expect(Set(state.rooms.map(\.room)) == [hall, notes, empty])
        let stored = try #require(state.rooms.first { $0.room.id == hall.id })
        #expect(stored.head == events.head)
        #expect(stored.lastAt == events[2].at)
        #expect(stored.members.mapValues(\.role) == [anna.id: .owner, ben.id: .member])
        let unspoken = try #require(state.rooms.first { $0.room.id == empty.id })
        #expect(unspoken.head == .empty)
        #expect(unspoken.lastAt == empty.createdAt)
        #expect(unspoken.members.count == 2)
    }

    /// How far somebody's deletion has come stands or falls with the room that it has come to.
    @Test(arguments: StoreBackend.allCases)
    mutating func deletionsAreStoredWithTheirErasures(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, hall) = (sample.person("anna"), sample.room("hall"))
        let events = sample.events(3, in: hall.id, by: anna.id)
        var deletion = PersonDeletion(person: anna.id, begunAt: Timestamp(milliseconds: 5))
        let first = Batch(
            people: [anna], rooms: [.new(hall, events: events)], deletions: [deletion])
        #expect(try subject.append(first) == .stored)
        #expect(try subject.store.load().deletions == [deletion])

        var counts = DeletedCounts()
        counts[.messages] = 2
        deletion = PersonDeletion(
            person: anna.id, begunAt: deletion.begunAt, finishedAt: Timestamp(milliseconds: 9), room: hall.id,
            sequence: 3, toldAt: 7, counts: counts)
        let erasures = [1, 3].map { Erasure(sequence: $0, contentDigest: sample.digest()) }
        let batch = RoomBatch(
            room: hall.id, expecting: events.head, erasures: erasures, deletions: [deletion])
        let elsewhere = RoomBatch(room: hall.id, expecting: .empty, deletions: [deletion])
        #expect(try subject.append(Batch(rooms: [elsewhere])) == .conflict([hall.id]))
        #expect(try subject.store.load().deletions.first?.room == nil)
        #expect(try subject.append(Batch(rooms: [batch])) == .stored)
        try subject.reopen()
        #expect(try subject.store.load().deletions == [deletion])
        #expect(try subject.events(of: hall.id).map(\.event.content.isEmpty) == [true, false, true])
        #expect(try subject.store.load().rooms.first?.head == events.head)
    }

    /// What administration leaves for the audit log stands or falls with the change itself.
    @Test(arguments: StoreBackend.allCases)
    mutating func theOutboxIsStoredWithTheBatchAndEmptiedByAnother(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, hall) = (sample.person("anna"), sample.room("hall"))
        let records = (1...3).map { number in
            AuditRecord(
                id: AuditRecordID(high: 1, low: UInt64(number)), at: Timestamp(milliseconds: 5),
                kind: "room_created", actor: "operations", subjects: ["person:1", "room:2"],
                details: Array("{\"name\":\"hall\"}".utf8))
        }
        var room = RoomBatch.new(hall)
        room.audit = [records[2]]
        let batch = Batch(people: [anna], rooms: [room], audit: Array(records[..<2]))
        #expect(try subject.append(batch) == .stored)
        try subject.reopen()
        #expect(try subject.store.load().outbox == records)

        // A room that another writer has changed leaves no record of what was not done.
        var late = RoomBatch(room: hall.id, expecting: Head(sequence: 9, link: .zero))
        late.audit = [
            AuditRecord(
                id: AuditRecordID(high: 2, low: 1), at: Timestamp(milliseconds: 5), kind: "room_archived",
                actor: "operations", subjects: [], details: [])
        ]
        #expect(
            try subject.append(Batch(rooms: [late], audited: [records[0].id, records[2].id]))
                == .conflict([hall.id]))
        try subject.reopen()
        #expect(try subject.store.load().outbox == [records[1]])
        #expect(try subject.append(Batch(audited: [records[1].id, records[0].id])) == .stored)
        #expect(try subject.store.load().outbox.isEmpty)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func aSecondFactorIsStoredWithItsPersonUsedUpAndRemoved(backend: StoreBackend) throws {
        let subject = try backend.make()
        var (anna, ben) = (sample.person("anna", password: "hash"), sample.person("ben"))
        anna.factor = SecondFactor(
            id: SecondFactorID(high: 7, low: 8), sealedSecret: Array(0..<36), lastStep: 58_000_000,
            recoveryCodes: (0..<10).map { _ in sample.digest() },
            enrolledAt: Timestamp(milliseconds: 1_700_000_000_000))
        #expect(try subject.append(Batch(people: [anna, ben])) == .stored)
        func read() throws -> [Person] {
            try subject.reopen()
            #expect(try subject.reader.person(named: "anna") == anna)
            #expect(try subject.reader.person(anna.id) == anna)
            return try subject.store.load().people
        }
        #expect(Set(try read()) == [anna, ben])
        // A login by a recovery code, one by the last of them, and the end of it.
        for left in [9, 0] {
            let codes = anna.factor?.recoveryCodes.prefix(left) ?? []
            anna.factor?.recoveryCodes = Array(codes)
            #expect(try subject.append(Batch(people: [anna])) == .stored)
            #expect(Set(try read()) == [anna, ben])
        }
        anna.factor = nil
        #expect(try subject.append(Batch(people: [anna])) == .stored)
        #expect(Set(try read()) == [anna, ben])
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func openInvitesAreStoredUsedUpAndRemoved(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, hall) = (sample.person("anna"), sample.room("hall"))
        let digests = [sample.digest(), sample.digest()]
        func invite(_ uses: Int, rooms: [RoomID] = [], maker: Actor) -> OpenInvite {
            OpenInvite(
                id: OpenInviteID(high: 5, low: UInt64(uses)), token: digests[uses == 1 ? 0 : 1], uses: uses,
                expiresAt: Timestamp(milliseconds: 1_900_000_000_000),
                makesAdministrator: uses == 1, rooms: rooms, role: .moderator, maker: maker,
                createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        }
        let many = invite(1_000, rooms: [hall.id, sample.room("yard").id], maker: .person(anna.id))
        let one = invite(1, maker: .operations)
        let changes = [many, one].map { OpenInviteChange(id: $0.id, invite: $0) }
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall)], invites: changes)) == .stored)
        try subject.reopen()
        #expect(try subject.store.load().invites == [one, many])
        #expect(try subject.reader.openInvite(token: many.token) == many)
        #expect(try subject.reader.openInvite(token: one.token) == one)
        #expect(try subject.reader.openInvite(token: sample.digest()) == nil)

        let used = OpenInvite(
            id: many.id, token: many.token, uses: 1_000, usesLeft: 999, expiresAt: many.expiresAt,
            makesAdministrator: false, rooms: many.rooms, role: .moderator, maker: many.maker,
            createdAt: many.createdAt)
        let use = Batch(
            people: [sample.person("ben")],
            invites: [
                OpenInviteChange(id: used.id, invite: used), OpenInviteChange(id: one.id, invite: nil),
            ])
        #expect(try subject.append(use) == .stored)
        try subject.reopen()
        #expect(try subject.store.load().invites == [used])
        #expect(try subject.reader.openInvite(token: many.token) == used)
        #expect(try subject.reader.openInvite(token: one.token) == nil)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func laterBatchesReplacePeopleSettingsAndMembers(backend: StoreBackend) throws {
        let subject = try backend.make()
        var (anna, ben) = (sample.person("anna"), sample.person("ben"))
        var hall = sample.room("hall")
        let events = sample.events(2, in: hall.id, by: anna.id)
        let both = [
            StandingChange(person: anna.id, role: .owner), StandingChange(person: ben.id, role: .member),
        ]
        #expect(
            try subject.append(
                Batch(people: [anna, ben], rooms: [.new(hall, standings: both, events: events)])) == .stored)

        anna = Person(
            id: anna.id, name: anna.name, password: "new", isAdministrator: true, sessionEpoch: 70_000,
            createdAt: anna.createdAt)
        ben.isDisabled = true
        hall.topic = "Tea"
        hall.isArchived = true
        hall.name = sample.named("Great-Hall")
        let change = RoomBatch(
            room: hall.id, expecting: events.head, settings: hall,
            standings: [
                StandingChange(person: anna.id, role: nil), StandingChange(person: ben.id, role: .owner),
            ])
        #expect(try subject.append(Batch(people: [anna, ben], rooms: [change])) == .stored)
        try subject.reopen()

        let state = try subject.store.load()
        #expect(Set(state.people) == [anna, ben])
        #expect(state.rooms.first?.room == hall)
        #expect(state.rooms.first?.head == events.head)
        #expect(state.rooms.first?.members.mapValues(\.role) == [ben.id: .owner])
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func roomsExchangeNamesInOneBatch(backend: StoreBackend) throws {
        let subject = try backend.make()
        var (one, other) = (sample.room("one"), sample.room("other"))
        #expect(try subject.append(Batch(rooms: [.new(one), .new(other)])) == .stored)
        (one.name, other.name) = (other.name, one.name)
        #expect(try subject.append(Batch(rooms: [.new(one), .new(other)])) == .stored)
        let rooms = try subject.store.load().rooms
        #expect(Set(rooms.map(\.room)) == [one, other])
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func roomWithAnotherHeadIsRefusedAndTheRestIsStored(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let (hall, yard) = (sample.room("hall"), sample.room("yard"))
        let events = sample.events(2, in: hall.id, by: anna.id)
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall, events: events)])) == .stored)

        var changed = hall
        changed.topic = "never"
        let late = RoomBatch(
            room: hall.id, expecting: Array(events.prefix(1)).head, settings: changed,
            standings: [StandingChange(person: anna.id, role: .owner)],
            events: sample.events(1, in: hall.id, by: anna.id, after: Array(events.prefix(1)).head))
        let forged = RoomBatch(room: hall.id, expecting: Head(sequence: 2, link: sample.digest()))
        let ben = sample.person("ben")
        let fresh = RoomBatch.new(yard, events: sample.events(1, in: yard.id, by: ben.id))
        #expect(try subject.append(Batch(people: [ben], rooms: [late, fresh])) == .conflict([hall.id]))
        #expect(try subject.append(Batch(rooms: [forged])) == .conflict([hall.id]))
        try subject.reopen()

        let state = try subject.store.load()
        let kept = try #require(state.rooms.first { $0.room.id == hall.id })
        #expect(kept.room == hall && kept.head == events.head && kept.members.isEmpty)
        #expect(try subject.events(of: hall.id).map(\.event) == events)
        #expect(try subject.events(of: yard.id).map(\.event) == fresh.events)
        #expect(Set(state.people) == [anna, ben])
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func oneRoomIsReadAgainAsItIsStored(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna"), sample.person("ben"))
        let (hall, yard) = (sample.room("hall"), sample.room("yard"))
        let events = sample.events(2, in: hall.id, by: anna.id)
        let batch = Batch(
            people: [anna, ben],
            rooms: [
                .new(yard, standings: [StandingChange(person: ben.id, role: .owner)]),
                .new(hall, standings: [StandingChange(person: anna.id, role: .owner)], events: events),
            ])
        #expect(try subject.append(batch) == .stored)
        let found = try #require(try subject.store.reload(hall.id))
        #expect(found.room == hall && found.head == events.head && found.lastAt == events[1].at)
        #expect(found.members.mapValues(\.role) == [anna.id: .owner])
        let stranger = sample.room("none").id
        #expect(try subject.store.reload(stranger) == nil)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func manySmallBatchesKeepEachRoomDense(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let rooms = (0..<5).map { sample.room("room\($0)") }
        #expect(try subject.append(Batch(people: [anna], rooms: rooms.map { .new($0) })) == .stored)
        var written: [RoomID: [Event]] = [:]
        for round in 0..<20 {
            let batches = rooms.enumerated().filter { (round + $0.offset) % 2 == 0 }.map { index, room in
                let head = written[room.id, default: []].head
                let events = sample.events(index + 1, in: room.id, by: anna.id, after: head)
                written[room.id, default: []] += events
                return RoomBatch(room: room.id, expecting: head, events: events)
            }
            #expect(try subject.append(Batch(rooms: batches)) == .stored)
        }
        try subject.reopen()
        for room in rooms { #expect(try subject.events(of: room.id).map(\.event) == written[room.id]) }
    }

    @Test(arguments: StoreBackend.allCases)
    func emptyBatchIsStoredAndChangesNothing(backend: StoreBackend) throws {
        let subject = try backend.make()
        #expect(try subject.append(Batch()) == .stored)
        #expect(try subject.store.load().rooms.isEmpty)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func receiptsAreTheEventsThatSendsBecame(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna"), sample.person("ben"))
        let (hall, yard) = (sample.room("hall"), sample.room("yard"))
        let spoken = sample.events(3, in: hall.id, by: anna.id)
        let answers = sample.events(2, in: yard.id, by: ben.id)
        let joined = sample.event(in: yard.id, by: anna.id, sequence: 3, content: [1], isSend: false)
        let batch = Batch(
            people: [anna, ben], rooms: [.new(hall, events: spoken), .new(yard, events: answers + [joined])])
        #expect(try subject.append(batch) == .stored)
        try subject.reopen()

        let stored = (spoken + answers).compactMap { event in
            event.sendID.map { SendKey(person: event.author, send: $0) }
        }
        let strangers = stored.map { SendKey(person: $0.person == anna.id ? ben.id : anna.id, send: $0.send) }
        let found = try subject.store.receipts(for: stored + strangers)
        #expect(Set(found.keys) == Set(stored))
        #expect(stored.map { found[$0] } == spoken + answers)
        #expect(try subject.store.receipts(for: []).isEmpty)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func whatIsErasedIsGoneWithItsEditsAndItsDigestStays(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let hall = sample.room("hall")
        let events = sample.events(4, in: hall.id, by: anna.id)
        var first = RoomBatch.new(hall, events: events)
        let digests = (0..<3).map { _ in sample.digest() }
        first.edits = [
            EditPlace(sequence: 2, target: 1, contentDigest: digests[0]),
            EditPlace(sequence: 3, target: 1, contentDigest: digests[1]),
        ]
        #expect(try subject.append(Batch(people: [anna], rooms: [first])) == .stored)
        try subject.reopen()
        let place = { EventPlace(room: hall.id, sequence: $0) }
        let places = (0...5).map { place($0) } + [EventPlace(room: sample.room("yard").id, sequence: 1)]
        var found = try subject.store.targets(at: places)
        #expect(found.keys.map(\.sequence).sorted() == [1, 2, 3, 4])
        #expect(found[place(1)] == StoredTarget(event: events[0], edits: first.edits.map(\.erasure)))
        #expect(found[place(4)] == StoredTarget(event: events[3]))

        // One edit more and the deletion, in one batch.
        let last = try #require(events.last)
        let more = sample.events(2, in: hall.id, by: anna.id, after: Head(sequence: 4, link: last.link))
        let erased: [UInt64] = [1, 2, 3, 5]
        var second = RoomBatch(
            room: hall.id, expecting: Head(sequence: 4, link: last.link), events: more,
            edits: [EditPlace(sequence: 5, target: 1, contentDigest: digests[2])])
        second.erasures = erased.map { Erasure(sequence: $0, contentDigest: sample.digest()) }
        #expect(try subject.append(Batch(rooms: [second])) == .stored)
        try subject.reopen()
        found = try subject.store.targets(at: (1...6).map { place($0) })
        for erasure in second.erasures {
            let target = try #require(found[place(erasure.sequence)])
            #expect(target.event.content.isEmpty && target.edits.isEmpty)
            #expect(target.event.contentDigest == erasure.contentDigest)
        }
        #expect(found[place(4)] == StoredTarget(event: events[3]))
        let history = try subject.reader.events(
            of: hall.id, after: 0, through: 6, maxEvents: 10, maxBytes: 10_000)
        #expect(history.map(\.event.sequence) == [1, 2, 3, 4, 5, 6])
        #expect(history.filter(\.event.content.isEmpty).map(\.event.sequence) == erased)
        #expect(history.map(\.event.link) == (events + more).map(\.link), "the chain is what it was")
        // A send that is erased is still known by its id.
        let send = try #require(events[0].sendID)
        let key = SendKey(person: anna.id, send: send)
        let receipt = try subject.store.receipts(for: [key])[key]
        #expect(receipt?.contentDigest == second.erasures[0].contentDigest)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func greatestSendIsTheGreatestWhateverTheOrder(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let hall = sample.room("hall")
        #expect(try subject.store.greatestSend(upTo: .greatest) == nil)
        let sends = [SendID(high: 5, low: 0), SendID(high: .max, low: 1), SendID(high: 5, low: .max)]
        let events = zip(sends, sample.events(3, in: hall.id, by: anna.id)).map { send, event in
            Event(
                room: event.room, sequence: event.sequence, id: event.id, author: event.author, at: event.at,
                content: event.content, salt: event.salt, link: event.link, sendID: send)
        }
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall, events: events)])) == .stored)
        for (bound, greatest) in [(SendID.greatest, sends[1]), (sends[1], sends[1]), (sends[2], sends[2])] {
            #expect(try subject.store.greatestSend(upTo: bound) == greatest)
        }
        try subject.reopen()
        #expect(try subject.store.greatestSend(upTo: .greatest) == sends[1])
        #expect(try subject.store.greatestSend(upTo: SendID(high: 4, low: .max)) == nil)
    }
}
