import Chat
import Testing

/// What every search index does.
@Suite struct SearchIndexContract {
    private let hall = RoomID(high: 1, low: 1)
    private let yard = RoomID(high: 1, low: 2)
    private let ada = PersonID(high: 2, low: 0xada)
    private let ben = PersonID(high: 2, low: 0xbe)

    private func message(
        _ sequence: UInt64, _ text: String, by author: PersonID? = nil, at: Int64? = nil
    ) -> RoomChanges.Change {
        .message(
            IndexedMessage(
                sequence: sequence, author: author ?? ada,
                at: Timestamp(milliseconds: at ?? Int64(sequence) * 10), text: text))
    }

    @Test(arguments: SearchBackend.allCases)
    func whatWasTakenInIsFoundAndStaysFound(backend: SearchBackend) throws {
        let subject = try backend.make()
        #expect(try subject.index.positions().isEmpty)
        try subject.index.apply([
            RoomChanges(room: hall, changes: [message(2, "Hello"), message(3, "東京")], through: 4)
        ])
        try subject.index.apply([RoomChanges(room: hall, changes: [message(5, "hello 👍")], through: 5)])
        try subject.reopen()
        #expect(try subject.index.positions() == [hall: 5])
        #expect(try subject.sequences("hel", in: [hall]) == [5, 2])
        #expect(try subject.sequences("京", in: [hall]) == [3])
        #expect(try subject.sequences("👍 h", in: [hall]) == [5])
        #expect(try subject.sequences("nobody", in: [hall]).isEmpty)
    }

    @Test(arguments: SearchBackend.allCases)
    func roomsAndRangesAreKept(backend: SearchBackend) throws {
        let subject = try backend.make()
        try subject.index.apply([
            RoomChanges(room: hall, changes: (1...4).map { message($0, "tea") }, through: 4),
            RoomChanges(room: yard, changes: (1...4).map { message($0, "tea") }, through: 9),
        ])
        let query = SearchQuery(text: "tea")
        #expect(try subject.sequences("tea", in: [hall]).count == 4)
        #expect(try subject.sequences("tea", in: []).isEmpty)
        let range = VisibleRange(after: 1, through: 3)
        #expect(try subject.find(query, in: [yard: range]).map(\.sequence) == [3, 2])
        let both = try subject.find(query, in: [hall: .all, yard: range])
        #expect(both.count == 6 && both.filter { $0.room == yard }.count == 2)
        let lookup = SearchLookup(query: query, rooms: [yard: .all], maxHits: 1, maxCandidates: 1)
        #expect(try subject.index.reader.find(lookup).positions == [yard: 9])
    }

    @Test(arguments: SearchBackend.allCases)
    func authorsAndTimesAreFilters(backend: SearchBackend) throws {
        let subject = try backend.make()
        let changes = (1...6).map { message($0, "tea", by: $0 % 2 == 0 ? ben : ada) }
        try subject.index.apply([RoomChanges(room: hall, changes: changes, through: 6)])
        func found(_ author: PersonID?, _ since: Int64?, _ until: Int64?) throws -> [UInt64] {
            let query = SearchQuery(
                text: "tea", author: author, since: since.map { Timestamp(milliseconds: $0) },
                until: until.map { Timestamp(milliseconds: $0) })
            return try subject.find(query, in: [hall: .all]).map(\.sequence)
        }
        #expect(try found(ben, nil, nil) == [6, 4, 2])
        #expect(try found(nil, 30, 50) == [4, 3])
        #expect(try found(ada, 30, nil) == [5, 3])
        #expect(try found(nil, 61, nil).isEmpty)
        #expect(try found(nil, nil, 10).isEmpty)
        #expect(try found(PersonID(high: 9, low: 9), nil, nil).isEmpty)
    }

    @Test(arguments: SearchBackend.allCases)
    func editsAndDeletionsLeaveNothingToBeFound(backend: SearchBackend) throws {
        let subject = try backend.make()
        try subject.index.apply([
            RoomChanges(
                room: hall,
                changes: [message(1, "first words"), message(2, "second words"), message(3, "third words")],
                through: 3)
        ])
        try subject.index.apply([
            RoomChanges(
                room: hall,
                changes: [
                    .edit(1, text: "other things"), .deletion(2), message(6, "fourth words"),
                    .edit(6, text: "fifth things"), message(8, "sixth words"), .deletion(8),
                    .edit(99, text: "never there"),
                ], through: 10)
        ])
        #expect(try subject.sequences("words", in: [hall]) == [3])
        #expect(try subject.sequences("things", in: [hall]) == [6, 1])
        for gone in ["first", "second", "fourth", "sixth", "never"] {
            #expect(try subject.sequences(gone, in: [hall]).isEmpty)
        }
        try subject.index.apply([
            RoomChanges(
                room: hall, changes: [.edit(1, text: ""), .edit(3, text: "third words")], through: 12)
        ])
        #expect(try subject.sequences("other", in: [hall]).isEmpty)
        try subject.index.apply([RoomChanges(room: hall, changes: [.edit(1, text: "back")], through: 13)])
        #expect(try subject.sequences("back", in: [hall]) == [1])
        for _ in 0..<100 where try subject.index.forget() {}
        #expect(try subject.index.forget() == false)
        #expect(try subject.sequences("words", in: [hall]) == [3])
        #expect(try subject.sequences("things", in: [hall]) == [6])
    }

    @Test(arguments: SearchBackend.allCases)
    func whatIsRemovedFromTheBeginningIsFoundNoMore(backend: SearchBackend) throws {
        let subject = try backend.make()
        for room in [hall, yard] {
            let changes = (1...10).map { message($0 * 2, $0 % 5 == 0 ? "" : "tea \($0)") }
            try subject.index.apply([RoomChanges(room: room, changes: changes, through: 20)])
        }
        #expect(try subject.index.remove(hall, through: 13, max: 4))
        #expect(try subject.sequences("tea", in: [hall]) == [18, 16, 14, 12])
        #expect(try !subject.index.remove(hall, through: 13, max: 4))
        #expect(try subject.sequences("tea", in: [hall]) == [18, 16, 14])
        #expect(try !subject.index.remove(hall, through: 13, max: 4))
        #expect(try !subject.index.remove(RoomID(high: 8, low: 8), through: 13, max: 4))
        // What follows is taken in as ever, also what is about a message that is gone.
        try subject.index.apply([
            RoomChanges(
                room: hall, changes: [message(21, "tea 21"), .edit(2, text: "tea"), .deletion(4)], through: 24
            )
        ])
        #expect(try subject.sequences("tea", in: [hall]) == [21, 18, 16, 14])
        #expect(try !subject.index.remove(hall, through: .max, max: 100))
        #expect(try subject.sequences("tea", in: [hall]).isEmpty)
        #expect(try subject.sequences("tea", in: [yard]).count == 8)
        for _ in 0..<100 where try subject.index.forget() {}
        #expect(try subject.index.forget() == false)
        try subject.reopen()
        #expect(try subject.index.positions() == [hall: 24, yard: 20])
        #expect(try subject.sequences("tea", in: [hall]).isEmpty)
        #expect(try subject.sequences("tea", in: [yard]).count == 8)
    }

    /// Times may stand still for as long as a clock was set back; pages go through all the same.
    @Test(arguments: SearchBackend.allCases)
    func pagesGoThroughMessagesOfOneMoment(backend: SearchBackend) throws {
        let subject = try backend.make()
        for room in [hall, yard] {
            let changes = (1...50).map { message($0, $0 % 3 == 0 ? "tea" : "tee eat ate", at: 77) }
            try subject.index.apply([RoomChanges(room: room, changes: changes, through: 50)])
        }
        let ranges = [hall: VisibleRange.all, yard: .all]
        let found = try subject.find(SearchQuery(text: "tea"), in: ranges, page: 2, candidates: 3)
        #expect(found.count == 32 && Set(found).count == 32)
        #expect(found == found.sorted(by: >))
    }

    @Test(arguments: SearchBackend.allCases)
    func oneLookSeesOneMoment(backend: SearchBackend) async throws {
        let subject = try backend.make()
        let (reader, hall) = (subject.index.reader, hall)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var last: UInt64 = 0
                for _ in 0..<200_000 where last < 100 {
                    let lookup = SearchLookup(
                        query: SearchQuery(text: "tea"), rooms: [hall: .all], maxHits: 1_000,
                        maxCandidates: 1_000)
                    let findings = try reader.find(lookup)
                    let position = findings.positions[hall] ?? 0
                    #expect(position >= last)
                    #expect(findings.places.count == Int(position))
                    last = position
                    await Task.yield()
                }
                #expect(last == 100)
            }
            for turn in 0..<25 {
                let first = UInt64(turn * 4 + 1)
                let changes = (first..<first + 4).map { message($0, "tea \($0)") }
                try subject.index.apply([RoomChanges(room: hall, changes: changes, through: first + 3)])
            }
            try await group.waitForAll()
        }
    }
}
