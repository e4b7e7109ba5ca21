import Chat
import Testing

/// What every history reader answers.
@Suite struct HistoryReaderContract {
    private var sample = Sample()

    @Test(arguments: StoreBackend.allCases)
    mutating func eventsReadBackByteForByte(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("Anna")
        let hall = sample.room("hall")
        let contents: [[UInt8]] = [
            [], [0], Array(0...255), Array("שלום 👩‍👩‍👧‍👦 мир".utf8), Array(repeating: 0xff, count: 70_000),
        ]
        let events = contents.enumerated().map { index, content in
            sample.event(
                in: hall.id, by: anna.id, sequence: UInt64(index + 1), content: content,
                isSend: index % 2 == 0)
        }
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall, events: events)])) == .stored)
        #expect(try subject.events(of: hall.id) == events.map { HistoryEvent(event: $0, authorName: "Anna") })
        try subject.reopen()
        #expect(try subject.events(of: hall.id) == events.map { HistoryEvent(event: $0, authorName: "Anna") })
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func pagesKeepToTheirBounds(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let (hall, yard) = (sample.room("hall"), sample.room("yard"))
        let events = sample.events(10, in: hall.id, by: anna.id, bytes: 100)
        let others = sample.events(10, in: yard.id, by: anna.id)
        let batch = Batch(people: [anna], rooms: [.new(hall, events: events), .new(yard, events: others)])
        #expect(try subject.append(batch) == .stored)

        func page(after: UInt64, through: UInt64, maxEvents: Int = 100, maxBytes: Int = 10_000) throws
            -> [UInt64]
        {
            try subject.reader
                .events(of: hall.id, after: after, through: through, maxEvents: maxEvents, maxBytes: maxBytes)
                .map(\.event.sequence)
        }
        #expect(try page(after: 3, through: 6) == [4, 5, 6])
        #expect(try page(after: 8, through: .max) == [9, 10])
        #expect(try page(after: 10, through: .max).isEmpty)
        #expect(try page(after: .max, through: .max).isEmpty)
        #expect(try page(after: 6, through: 3).isEmpty)
        #expect(try page(after: 0, through: 10, maxEvents: 2) == [1, 2])
        #expect(try page(after: 0, through: 10, maxBytes: 250) == [1, 2, 3])
        #expect(try page(after: 0, through: 10, maxBytes: 200) == [1, 2])
        #expect(try page(after: 0, through: 10, maxEvents: 0).isEmpty)
        #expect(try subject.events(of: sample.room("none").id).isEmpty)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func authorsAreShownByTheirNameOfToday(backend: StoreBackend) throws {
        let subject = try backend.make()
        var anna = sample.person("Anna")
        let stranger = sample.person("never stored")
        let hall = sample.room("hall")
        let events =
            sample.events(1, in: hall.id, by: anna.id) + [
                sample.event(in: hall.id, by: stranger.id, sequence: 2, content: [1], isSend: false)
            ]
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall, events: events)])) == .stored)
        anna.name = sample.named("Hanna")
        #expect(try subject.append(Batch(people: [anna])) == .stored)
        #expect(try subject.events(of: hall.id).map(\.authorName) == ["Hanna", ""])
        #expect(try subject.events(of: hall.id).map(\.event) == events)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func tracesAreWhatSomebodyIsTheAuthorOfAndWhatIsAboutThem(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna"), sample.person("ben"))
        let hall = sample.room("hall")
        func said(by author: Person, _ sequence: UInt64, _ content: [UInt8]) -> Event {
            sample.event(in: hall.id, by: author.id, sequence: sequence, content: content)
        }
        let id = anna.id.bytes
        let long = [UInt8](repeating: 7, count: 5_000)
        let events = [
            said(by: anna, 1, [1]), said(by: ben, 2, [2]), said(by: ben, 3, [9] + id + [9]),
            said(by: ben, 4, long + id), said(by: anna, 5, long), said(by: ben, 6, Array(id.dropLast())),
            said(by: anna, 7, []), said(by: ben, 8, id),
        ]
        #expect(
            try subject.append(Batch(people: [anna, ben], rooms: [.new(hall, events: events)])) == .stored)
        func traces(
            after: UInt64 = 0, through: UInt64 = .max, scanned: UInt64 = .max, events: Int = 100,
            bytes: Int = 100_000
        ) throws -> [[UInt64]] {
            let bounds = Traces.Bounds(scanned: scanned, events: events, bytes: bytes)
            let found = try subject.reader.traces(
                of: anna.id, in: hall.id, after: after, through: through, within: bounds)
            return [found.events.map(\.event.sequence), [found.through]]
        }
        #expect(try traces() == [[1, 3, 5, 7, 8], [8]])
        #expect(try traces(after: 1, through: 5) == [[3, 5], [5]])
        #expect(try traces(scanned: 2) == [[1], [2]])
        #expect(try traces(after: 3, scanned: 1) == [[], [4]])
        #expect(try traces(events: 2) == [[1, 3], [3]])
        #expect(try traces(after: 1, bytes: 20) == [[3, 5], [5]])
        #expect(try traces(after: 8) == [[], [8]])
        #expect(try traces(after: 6, through: 3) == [[], [6]])
        #expect(
            try subject.reader.traces(
                of: anna.id, in: hall.id, after: 0, through: 1,
                within: Traces.Bounds(scanned: 9, events: 9, bytes: 9)
            ).events == [HistoryEvent(event: events[0], authorName: "anna")])
        #expect(
            try subject.reader.traces(
                of: anna.id, in: sample.room("none").id, after: 0, through: 9,
                within: Traces.Bounds(scanned: 9, events: 9, bytes: 9)
            ).events.isEmpty)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func linksAreThoseOfTheEvents(backend: StoreBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let hall = sample.room("hall")
        let events = sample.events(4, in: hall.id, by: anna.id)
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall, events: events)])) == .stored)
        let links = try subject.reader.links(of: hall.id, at: [0, 1, 4, 5, .max])
        #expect(links == [1: events[0].link, 4: events[3].link])
        #expect(try subject.reader.links(of: sample.room("none").id, at: [1]).isEmpty)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func peopleAreFoundByIdAndByAnyWritingOfTheirName(backend: StoreBackend) throws {
        let subject = try backend.make()
        var anna = sample.person("Änna", password: "hash")
        let ben = sample.person("ben")
        #expect(try subject.append(Batch(people: [anna, ben])) == .stored)
        #expect(try subject.reader.person(anna.id) == anna)
        #expect(try subject.reader.person(named: "änna") == anna)
        #expect(try subject.reader.person(named: "A\u{308}NNA") == anna)
        #expect(try subject.reader.person(named: "nobody") == nil)
        #expect(try subject.reader.person(sample.person("new").id) == nil)
        anna.name = sample.named("Hanna")
        #expect(try subject.append(Batch(people: [anna])) == .stored)
        #expect(try subject.reader.person(named: "änna") == nil)
        #expect(try subject.reader.person(named: "hanna") == anna)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func peopleAreFoundByTheirIdentitiesUntilTheseAreTakenAway(backend: StoreBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna"), sample.person("ben"))
        let identities = try ["a", "b", "A"].map {
            try #require(ExternalIdentity(issuer: "https://login.example.org", subject: $0))
        }
        let links = zip(identities, [anna, ben, ben]).map { identity, person in
            IdentityLink(
                identity: identity, person: person.id, linkedAt: Timestamp(milliseconds: 7))
        }
        let changes = links.map { ExternalIdentityChange(identity: $0.identity, link: $0) }
        #expect(try subject.append(Batch(people: [anna, ben], identities: changes)) == .stored)
        #expect(try identities.map { try subject.reader.person(of: $0) } == [anna, ben, ben])
        try subject.reopen()
        #expect(Set(try subject.store.load().identities) == Set(links))
        let removal = ExternalIdentityChange(identity: identities[0], link: nil)
        #expect(try subject.append(Batch(identities: [removal])) == .stored)
        #expect(try identities.map { try subject.reader.person(of: $0) } == [nil, ben, ben])
        let other = try #require(
            ExternalIdentity(issuer: "https://other.example.org", subject: "b"))
        #expect(try subject.reader.person(of: other) == nil)
    }

    @Test(arguments: StoreBackend.allCases)
    mutating func readersOnOtherThreadsSeeWholeBatches(backend: StoreBackend) async throws {
        let subject = try backend.make()
        let anna = sample.person("anna")
        let hall = sample.room("hall")
        #expect(try subject.append(Batch(people: [anna], rooms: [.new(hall)])) == .stored)
        let reader = subject.reader
        let room = hall.id
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var seen: [HistoryEvent] = []
                    while seen.count < 400 {
                        seen = try reader.events(
                            of: room, after: 0, through: .max, maxEvents: .max, maxBytes: .max)
                        #expect(seen.count % 4 == 0)
                        #expect(seen.map(\.event.sequence) == (0..<seen.count).map { UInt64($0 + 1) })
                        await Task.yield()
                    }
                    return seen.count
                }
            }
            var head = Head.empty
            for _ in 0..<100 {
                let events = sample.events(4, in: room, by: anna.id, after: head)
                let batch = Batch(rooms: [RoomBatch(room: room, expecting: head, events: events)])
                #expect(try subject.append(batch) == .stored)
                head = events.head
            }
            for try await count in group { #expect(count == 400) }
        }
    }
}
