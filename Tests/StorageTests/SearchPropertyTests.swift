import Chat
import Storage
import Testing

/// The index against looking at everything: whatever is said, edited, deleted and asked for, in whatever
/// scripts, the two find the same, page by page.
@Suite struct SearchPropertyTests {
    /// Few letters of each, so that what is asked for is found, and found in part.
    private static let alphabets: [[Character]] = [
        Array("aäbe"), Array("ßsśS"), Array("иийе"), Array("東京都大"), Array("かがタ"), Array("서울에"),
        Array("กิไป"), Array("नमस"), Array("اأبَ"), Array("שלם"), Array("12٣"), Array("👍👎"), ["👍🏽", "🇫🇮", "❤️"],
        Array("αάσς"),
    ]

    private struct Dice {
        var random = SequenceGenerator()

        mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

        mutating func text(words: Int) -> String {
            (0..<1 + below(words)).map { _ in
                let alphabet = alphabets[below(alphabets.count)]
                return String((0..<1 + below(6)).map { _ in alphabet[below(alphabet.count)] })
            }.joined(separator: [" ", "-", "", "  "][below(4)])
        }
    }

    @Test func theIndexFindsWhatLookingAtEverythingFinds() throws {
        var dice = Dice()
        let embedded = try EmbeddedSearchUnderTest()
        let memory = MemorySearchUnderTest()
        let rooms = (1...5).map { RoomID(high: 7, low: UInt64($0)) }
        let people = (1...3).map { PersonID(high: 8, low: UInt64($0)) }
        var heads: [RoomID: UInt64] = [:]
        var clock: Int64 = 1_000
        var hits = 0
        for turn in 0..<60 {
            let batch = rooms.filter { _ in dice.below(3) > 0 }.map { room in
                var changes: [RoomChanges.Change] = []
                var sequence = heads[room] ?? 0
                for _ in 0..<dice.below(12) {
                    sequence += 1
                    clock += Int64(dice.below(3))
                    let target = UInt64(1 + dice.below(Int(sequence)))
                    switch dice.below(8) {
                    case 0: changes.append(.edit(target, text: dice.text(words: 4)))
                    case 1: changes.append(.deletion(target))
                    default:
                        changes.append(
                            .message(
                                IndexedMessage(
                                    sequence: sequence, author: people[dice.below(3)],
                                    at: Timestamp(milliseconds: clock), text: dice.text(words: 6))))
                    }
                }
                heads[room] = sequence
                return RoomChanges(room: room, changes: changes, through: sequence)
            }
            for index in [embedded.index, memory.index] { try index.apply(batch) }
            if turn % 7 == 0 { _ = try embedded.index.forget() }
            if turn % 20 == 19 { try embedded.reopen() }
            for _ in 0..<20 {
                hits += try compare(embedded, memory, query(&dice, people, clock), ranges(&dice, rooms), dice)
            }
        }
        // Else it would say nothing.
        #expect(hits > 2_000)
    }

    private func query(_ dice: inout Dice, _ people: [PersonID], _ clock: Int64) -> SearchQuery {
        SearchQuery(
            text: dice.text(words: 2), author: dice.below(3) == 0 ? people[dice.below(3)] : nil,
            since: dice.below(4) == 0 ? Timestamp(milliseconds: clock - Int64(dice.below(200))) : nil,
            until: dice.below(4) == 0 ? Timestamp(milliseconds: clock - Int64(dice.below(200))) : nil)
    }

    private func ranges(_ dice: inout Dice, _ rooms: [RoomID]) -> [RoomID: VisibleRange] {
        var ranges: [RoomID: VisibleRange] = [:]
        for room in rooms where dice.below(4) > 0 {
            let after = UInt64(dice.below(3) == 0 ? dice.below(40) : 0)
            ranges[room] = VisibleRange(after: after, through: after + UInt64(1 + dice.below(600)))
        }
        return ranges
    }

    private func compare(
        _ embedded: EmbeddedSearchUnderTest, _ memory: MemorySearchUnderTest, _ query: SearchQuery,
        _ ranges: [RoomID: VisibleRange], _ dice: Dice
    ) throws -> Int {
        var dice = dice
        let found = try embedded.find(
            query, in: ranges, page: 1 + dice.below(9), candidates: 1 + dice.below(30))
        let all = try memory.find(query, in: ranges, page: 10_000)
        #expect(found == all, "\(query.text)")
        return all.count
    }
}
