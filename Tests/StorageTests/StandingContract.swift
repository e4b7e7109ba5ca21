import Chat
import Testing

/// What every event store keeps of who is what to a room, of its rules, of what is pinned in it, and of whom
/// people do not want to hear from.
@Suite struct StandingContract {
    private var sample = Sample()

    @Test(arguments: StoreBackend.allCases)
    mutating func whoIsWhatToARoomIsKeptAndChanged(backend: StoreBackend) throws {
        let subject = try backend.make()
        let people = ["anna", "ben", "carl", "dora", "emil"].map { sample.person($0) }
        var hall = sample.room("Hall")
        hall.rules = RoomRules(visibility: .sinceJoining, slowSeconds: 30, keepDays: 36_500)
        let later = Timestamp(milliseconds: 1_800_000_000_000)
        let standings: [Standing?] = [
            .member(Member(role: .owner, since: 2)),
            .member(Member(role: .member, since: 7, mutedUntil: later)),
            .outsider(Outsider(invitedBy: people[0].id, mutedUntil: later)),
            .outsider(Outsider(bannedUntil: .never)), .outsider(Outsider(mutedUntil: later)),
        ]
        let events = sample.events(3, in: hall.id, by: people[0].id)
        var batch = RoomBatch.new(hall, standings: zip(people, standings).map(Self.change), events: events)
        batch.pins = [Pin(target: 2), Pin(target: 1), Pin(target: 3)]
        #expect(try subject.append(Batch(people: people, rooms: [batch])) == .stored)
        try subject.reopen()

        var room = try #require(try subject.store.load().rooms.first)
        #expect(room.room == hall)
        #expect(
            room.members == [
                people[0].id: Member(role: .owner, since: 2),
                people[1].id: Member(role: .member, since: 7, mutedUntil: later),
            ])
        #expect(
            room.outsiders == [
                people[2].id: Outsider(invitedBy: people[0].id, mutedUntil: later),
                people[3].id: Outsider(bannedUntil: .never), people[4].id: Outsider(mutedUntil: later),
            ])
        #expect(room.pins == [2, 1, 3], "in the order in which they were pinned")

        // Each becomes what another was; the operator invites too.
        hall.rules = .usual
        let others: [Standing?] = [
            nil, .outsider(Outsider(bannedUntil: later, mutedUntil: later)),
            .member(Member(role: .member, since: 9)), nil,
            .outsider(Outsider(invitedBy: .operations)),
        ]
        let more = sample.events(1, in: hall.id, by: people[0].id, after: events.head)
        var change = RoomBatch(
            room: hall.id, expecting: events.head, settings: hall,
            standings: zip(people, others).map(Self.change), events: more)
        change.pins = [Pin(target: 2, isRemoved: true), Pin(target: 1), Pin(target: 9, isRemoved: true)]
        #expect(try subject.append(Batch(rooms: [change])) == .stored)
        try subject.reopen()

        room = try #require(try subject.store.reload(hall.id))
        #expect(room.room.rules == .usual)
        #expect(room.members == [people[2].id: Member(role: .member, since: 9)])
        #expect(
            room.outsiders == [
                people[1].id: Outsider(bannedUntil: later, mutedUntil: later),
                people[4].id: Outsider(invitedBy: .operations),
            ])
        #expect(room.pins == [3, 1], "pinned again is pinned last")
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func howFarWhoHasReadIsKept(backend: StoreBackend) throws {
        let subject = try backend.make()
        let people = ["anna", "ben", "carl"].map { sample.person($0) }
        let hall = sample.room("Hall")
        let events = sample.events(3, in: hall.id, by: people[0].id, messagesFrom: 5)
        var batch = RoomBatch.new(
            hall, standings: people.map { Self.change($0, .member(Member(role: .member, since: 1))) },
            events: events)
        batch.marks = people.map {
            ReadMarkChange(person: $0.id, mark: ReadMark(sequence: 1, messages: 5, mentions: [2, 1 << 33]))
        }
        #expect(try subject.append(Batch(people: people, rooms: [batch])) == .stored)
        try subject.reopen()
        var room = try #require(try subject.store.load().rooms.first)
        let first = ReadMark(sequence: 1, messages: 5, mentions: [2, 1 << 33])
        #expect(room.messages == 8)
        #expect(room.marks == [people[0].id: first, people[1].id: first, people[2].id: first])
        let place = EventPlace(room: hall.id, sequence: 2)
        #expect(try subject.store.targets(at: [place])[place]?.event.messages == 7)
        let nowhere = EventPlace(room: hall.id, sequence: 9)
        #expect(try subject.store.messageCounts(at: [place, nowhere]) == [place: 7])

        // Reading alone changes a room, and brings no event.
        var change = RoomBatch(room: hall.id, expecting: events.head)
        change.marks = [
            ReadMarkChange(person: people[0].id, mark: ReadMark(sequence: 3, messages: 8)),
            ReadMarkChange(person: people[2].id, mark: nil),
        ]
        #expect(try subject.append(Batch(rooms: [change])) == .stored)
        try subject.reopen()
        room = try #require(try subject.store.reload(hall.id))
        #expect(room.marks == [people[0].id: ReadMark(sequence: 3, messages: 8), people[1].id: first])
        #expect(room.head == events.head && room.messages == 8)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func blocksAreKeptOnceAndLifted(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, ben, carl) = (sample.person("anna"), sample.person("ben"), sample.person("carl"))
        let both = [
            Block(person: anna.id, blocked: ben.id), Block(person: anna.id, blocked: carl.id),
            Block(person: ben.id, blocked: anna.id), Block(person: anna.id, blocked: ben.id),
        ]
        #expect(try subject.append(Batch(people: [anna, ben, carl], blocks: both)) == .stored)
        try subject.reopen()
        #expect(Set(try subject.store.load().blocks) == Set(both.prefix(3)))
        let lifted = Block(person: anna.id, blocked: ben.id, isLifted: true)
        #expect(try subject.append(Batch(blocks: [lifted, lifted])) == .stored)
        try subject.reopen()
        #expect(Set(try subject.store.load().blocks) == Set(both[1...2]))
    }

    private static func change(_ person: Person, _ standing: Standing?) -> StandingChange {
        StandingChange(person: person.id, standing: standing)
    }
}
