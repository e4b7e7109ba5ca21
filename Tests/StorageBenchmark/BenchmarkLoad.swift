import Chat
import Foundation
import Storage

/// Batches as a busy server makes them: events of many rooms and people, a head for each room.
struct BenchmarkLoad {
    let batches: Int
    let eventsOfABatch: Int
    let rooms: Int
    let contentBytes: Int

    private static let authors = 50

    func run(path: String) throws {
        defer {
            for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
        }
        let store = try EmbeddedStore(path: path, isNew: true)
        var random = SystemRandomNumberGenerator()
        let people = (0..<Self.authors).map { index in
            Person(
                id: PersonID(at: now(index), random: &random),
                name: Name(displayed: "p\(index)", unique: "p\(index)"), createdAt: now(index))
        }
        let rooms = (0..<rooms).map { index in
            Room(
                id: RoomID(at: now(index), random: &random), kind: .open,
                name: Name(displayed: "r\(index)", unique: "r\(index)"), createdAt: now(index))
        }
        let members = people.map {
            StandingChange(person: $0.id, standing: .member(Member(role: .member, since: 1)))
        }
        append(
            Batch(
                people: people,
                rooms: rooms.map { room in
                    RoomBatch(room: room.id, expecting: .empty, settings: room, standings: members)
                }), to: store)
        try measureAppends(store, rooms: rooms, people: people)
        try measureReads(store, rooms: rooms)
        try store.close()
    }

    private func measureAppends(_ store: EmbeddedStore, rooms: [Room], people: [Person]) throws {
        var heads: [RoomID: Head] = [:]
        var random = SystemRandomNumberGenerator()
        var slowest: [Duration] = []
        var processor = 0.0
        var total = Duration.zero
        for index in 0..<batches {
            let batch = batch(index, rooms: rooms, people: people, heads: &heads, random: &random)
            let start = processorSeconds()
            let time = ContinuousClock().measure { append(batch, to: store) }
            processor += processorSeconds() - start
            total += time
            slowest.append(time)
        }
        slowest.sort()
        let events = batches * eventsOfABatch
        print(
            "appended \(events) events in \(batches) batches of \(eventsOfABatch) over \(rooms.count) rooms")
        print("  \(Int(Double(events) / seconds(total))) events/s while appending")
        let (median, late) = (slowest[batches / 2], slowest[batches * 99 / 100])
        print("  a batch: median \(median), p99 \(late), most \(slowest[batches - 1])")
        print("  \(Int(Double(events) / processor)) events for a second of processor, checkpoints included")
    }

    private func measureReads(_ store: EmbeddedStore, rooms: [Room]) throws {
        var events = 0
        let start = processorSeconds()
        let time = try ContinuousClock().measure {
            for room in rooms {
                var last: UInt64 = 0
                while true {
                    let page = try store.history.events(
                        of: room.id, after: last, through: .max, maxEvents: 512, maxBytes: 256 * 1_024)
                    guard let end = page.last else { break }
                    last = end.event.sequence
                    events += page.count
                }
            }
        }
        let processor = processorSeconds() - start
        print("read \(events) events in pages of 512 on one thread")
        print("  \(Int(Double(events) / seconds(time))) events/s")
        print("  \(Int(Double(events) / processor)) events for a second of processor")
    }

    private func batch(
        _ index: Int, rooms: [Room], people: [Person], heads: inout [RoomID: Head],
        random: inout SystemRandomNumberGenerator
    ) -> Batch {
        var batches: [RoomID: [Event]] = [:]
        for number in 0..<eventsOfABatch {
            let room = rooms[number % rooms.count].id
            let head =
                batches[room]?.last.map { Head(sequence: $0.sequence, link: $0.link) } ?? heads[room]
                ?? .empty
            let word = random.next() as UInt64
            let link = Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }) ?? .zero
            batches[room, default: []].append(
                Event(
                    room: room, sequence: head.sequence + 1, id: EventID(at: now(index), random: &random),
                    author: people[Int(word % UInt64(people.count))].id, at: now(index),
                    content: [UInt8](repeating: 0x61, count: contentBytes),
                    salt: Salt(high: random.next(), low: random.next()), link: link,
                    sendID: SendID(at: now(index), random: &random)))
        }
        return Batch(
            rooms: batches.map { room, events in
                let expecting = heads[room] ?? .empty
                if let last = events.last { heads[room] = Head(sequence: last.sequence, link: last.link) }
                return RoomBatch(room: room, expecting: expecting, events: events)
            })
    }

    private func append(_ batch: Batch, to store: EmbeddedStore) {
        store.append(batch) { outcome in precondition(outcome == .stored, "\(outcome)") }
    }

    private func now(_ index: Int) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + Int64(index)) }

    private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
