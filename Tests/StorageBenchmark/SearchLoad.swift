import Chat
import Foundation
import Storage

/// Made-up messages into an index, and then questions: how fast it takes them in, how large it is, and how
/// long a look takes.
struct SearchLoad {
    let messages: Int
    let rooms: Int
    /// Of whoever asks.
    let ownRooms: Int
    let questions: Int

    private static let batch = 2_048

    func run(path: String) throws {
        let index = try EmbeddedSearchIndex(path: path, incarnation: Incarnation(high: 1, low: 1))
        var dice = Dice()
        let words = (0..<20_000).map { _ in dice.word() }
        let clock = ContinuousClock()
        var heads: [Int: UInt64] = [:]
        var taken = Duration.zero
        var done = 0
        while done < messages {
            var changes: [Int: [RoomChanges.Change]] = [:]
            for _ in 0..<min(Self.batch, messages - done) {
                // Some rooms are busier than others.
                let room = min(dice.below(rooms), dice.below(rooms))
                let sequence = (heads[room] ?? 0) + 1
                heads[room] = sequence
                let message = IndexedMessage(
                    sequence: sequence, author: PersonID(high: 1, low: UInt64(dice.below(500))),
                    at: Timestamp(milliseconds: 1_700_000_000_000 + Int64(done) * 50),
                    text: dice.text(of: words))
                changes[room, default: []].append(.message(message))
                done += 1
            }
            let batch = changes.map { room, changes in
                RoomChanges(room: Self.id(room), changes: changes, through: heads[room] ?? 0)
            }
            taken += try clock.measure { try index.apply(batch) }
        }
        let rate = Double(done) / (taken / .seconds(1))
        print(
            "\(done) messages in \(rooms) rooms: \(Int(rate)) a second, \(try size(path) / done) bytes each")
        try ask(index.reader, words, &dice)
        try index.close()
    }

    private func ask(_ reader: any SearchReader, _ words: [String], _ dice: inout Dice) throws {
        let kinds: [(name: String, query: (inout Dice) -> String)] = [
            ("a frequent word", { words[$0.below(20)] }),
            ("a rare word", { words[10_000 + $0.below(10_000)] }),
            ("a part of a word", { String(words[$0.below(20_000)].dropFirst().prefix(4)) }),
            ("two words", { words[$0.below(200)] + " " + words[$0.below(200)] }),
            ("two letters", { String(words[$0.below(20_000)].prefix(2)) }),
            ("two ideographs", { $0.ideograph() + $0.ideograph() }),
            ("nothing that there is", { _ in "qqqxqqq" }),
        ]
        let clock = ContinuousClock()
        for (name, query) in kinds {
            var times: [Duration] = []
            var hits = 0
            for _ in 0..<questions {
                var own: [RoomID: VisibleRange] = [:]
                while own.count < min(ownRooms, rooms) {
                    own[Self.id(dice.below(rooms))] = VisibleRange(after: 0, through: 1 << 39)
                }
                let lookup = SearchLookup(
                    query: SearchQuery(text: query(&dice)), rooms: own, maxHits: 51, maxCandidates: 2_000)
                times.append(try clock.measure { hits += try reader.find(lookup).places.count })
            }
            times.sort()
            let (median, worst) = (times[times.count / 2], times[times.count * 99 / 100])
            print(
                "\(name), in \(ownRooms) rooms: median \(Self.milliseconds(median)), p99"
                    + " \(Self.milliseconds(worst)) ms, \(hits / questions) found")
        }
    }

    private func size(_ path: String) throws -> Int {
        try [path, path + "-wal"].reduce(0) { sum, path in
            let found = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            return sum + (found ?? 0)
        }
    }

    private static func id(_ room: Int) -> RoomID { RoomID(high: 7, low: UInt64(room)) }

    private static func milliseconds(_ time: Duration) -> Double {
        (time / .microseconds(10)).rounded() / 100
    }
}

/// Texts as people write them, roughly: few words often, most of them rarely.
private struct Dice {
    private static let syllables = [
        "ka", "lo", "mi", "ren", "sta", "tor", "ver", "ung", "ein", "schi", "da", "he", "no", "pra", "cou",
        "bel",
    ]

    private var random = SystemRandomNumberGenerator()

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func word() -> String {
        (0..<1 + below(4)).map { _ in Self.syllables[below(Self.syllables.count)] }.joined()
            + ["", "s", "en", "t"][below(4)]
    }

    mutating func ideograph() -> String {
        Unicode.Scalar(UInt32(0x4e00 + below(1_500))).map { String(Character($0)) } ?? ""
    }

    /// By Zipf's law, about: the word of rank n comes once while the first comes n times.
    private mutating func rank(below count: Int) -> Int {
        let point = Double.random(in: 0..<1, using: &random)
        return min(count - 1, Int(exp(point * log(Double(count)))) - 1)
    }

    mutating func text(of words: [String]) -> String {
        if below(10) == 0 { return (0..<5 + below(20)).map { _ in ideograph() }.joined() }
        return (0..<4 + below(14)).map { _ in words[rank(below: words.count)] }.joined(separator: " ")
    }
}
