import Chat
import Native
import Reactor
import Storage
import Testing
import Wire

@testable import Server

/// A sequencer, its history, and an index that follows it when it is told to; searches go the whole way but
/// the loop's.
final class SearchScene {
    let sequencer: SequencerScene
    let store = MemoryStore(incarnation: Incarnation(high: 1, low: 1))
    var limits = Limits.standard
    private let index = MemorySearchIndex()
    private let lane: WorkLane
    private var slot: UInt32 = 0
    private var lastSend: UInt64 = 0
    private var lastRequest: UInt64 = 0
    private var addresses: [PersonID: ConnectionAddress] = [:]
    /// Nobody has an index yet.
    var hasIndex = true

    init() throws {
        sequencer = try SequencerScene(store: store)
        lane = try WorkLane(name: "search", threads: 1, capacity: 1)
    }

    deinit { lane.finish() }

    func person(_ name: String) -> Person {
        let person = sequencer.person(name)
        slot += 1
        let address = ConnectionAddress(loop: 0, channel: ChannelID(slot: slot, generation: 1))
        addresses[person.id] = address
        sequencer.take(
            sequencer.envelope(person, address, .attach(epoch: person.sessionEpoch, nil)))
        return person
    }

    func room(_ name: String, of members: Person...) throws -> RoomID {
        let room = sequencer.room(name)
        for member in members { try command(.join(.id(room)), by: member) }
        return room
    }

    @discardableResult
    func command(_ command: Command, by person: Person) throws -> LoopItem {
        let address = try #require(addresses[person.id])
        let output = sequencer.take(sequencer.envelope(person, address, .command(command)))
        let items = output.loops[0].filter {
            if case .message(address.channel, _, true) = $0 { true } else { false }
        }
        let item = try #require(items.first)
        try #require(item.refusal == nil, "\(command) was refused")
        return item
    }

    /// - Returns: its sequence.
    @discardableResult
    func say(_ content: Content, in room: RoomID, by person: Person) throws -> UInt64 {
        lastSend += 1
        let send = SendMessage(room: room, id: SendID(high: 9, low: lastSend), content: content)
        return try #require(try command(.send(send), by: person).receipt).sequence
    }

    @discardableResult
    func say(_ text: String, in room: RoomID, by person: Person) throws -> UInt64 {
        try say(.message(MessageBody(text: text)), in: room, by: person)
    }

    /// The index follows, to the end.
    func catchUp() throws {
        var shift = try IndexShift(index, history: store.history, limits: limits)
        try shift.learn(sequencer.heads, isAll: true)
        for _ in 0..<10_000 where !shift.isDone { try shift.step() }
        #expect(shift.isDone)
    }

    /// What the sequencer says to the asker's loop.
    func order(_ search: SearchRequest, by person: Person) throws -> Result<SearchOrder, Refusal> {
        let address = try #require(addresses[person.id])
        let output = sequencer.take(sequencer.envelope(person, address, .search(search)))
        for case .search(address.channel, _, let order) in output.loops[0] { return order }
        throw Refusal(.unknownOutcome)
    }

    func page(_ order: SearchOrder) throws -> SearchPage {
        let reader = hasIndex ? index.reader : nil
        let desk = SearchDesk(lane: lane, reader: { reader }, noteFailure: { _ in })
        return try SearchJob(desk: desk, history: store.history, order: order, request: 1, limits: limits)
            .page()
    }

    func page(_ text: String, by person: Person) throws -> SearchPage {
        try page(order(SearchRequest(query: text, max: 50), by: person).get())
    }

    /// How many messages of the asker's rooms the index itself finds, right or wrong.
    func indexed(_ text: String, by person: Person) throws -> Int {
        let order = try order(SearchRequest(query: text, max: 50), by: person).get()
        let lookup = SearchLookup(query: order.query, rooms: order.rooms, maxHits: 99, maxCandidates: 99)
        return try index.reader.find(lookup).places.count
    }

    /// The sequences of what is found, and that nothing is missing.
    func find(_ text: String, by person: Person) throws -> [UInt64] {
        let page = try page(text, by: person)
        #expect(!page.isBehind && page.next == nil)
        return page.found.map(\.event.event.sequence)
    }

    func refusal(_ search: SearchRequest, by person: Person) throws -> RefusalCode? {
        do {
            _ = try order(search, by: person).get()
            return nil
        } catch let refusal as Refusal {
            return refusal.code
        }
    }
}
