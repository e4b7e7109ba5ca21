import Chat
import Server
import Storage
import Testing
import Wire

/// Which sends the store is asked about, and that a repetition is found whatever the ids look like.
@Suite struct SendMemoryTests {
    private let honest = [SendID(high: 7, low: 1), SendID(high: 7, low: 2), SendID(high: 7, low: 3)]

    @Test func growingIdsAreNeverLookedUp() throws {
        let store = CountingStore()
        let scene = try SequencerScene(store: store.inner, seenThrough: store)
        let (anna, bert, room) = (scene.person("anna"), scene.person("bert"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        let other = scene.follower(bert, of: room, slot: 2)
        for id in honest {
            scene.take(scene.send("a", id, room, anna, address))
            scene.take(scene.send("b", id, room, bert, other))
        }
        #expect(store.lookedUp == 0)
        scene.take(scene.send("a", honest[1], room, anna, address))
        #expect(store.lookedUp == 1)
    }

    @Test(arguments: [SendID(high: 7, low: 9), .greatest])
    func afterARestartEveryRepetitionIsFoundAndWhatIsNewIsNotLookedUp(strange: SendID) throws {
        let store = CountingStore()
        let first = try SequencerScene(store: store.inner, seenThrough: store)
        let (anna, bert, room) = (first.person("anna"), first.person("bert"), first.room("tea"))
        var address = first.follower(anna, of: room, slot: 1)
        let stranger = first.follower(bert, of: room, slot: 2)
        let firstSequence = try #require(first.take(first.send("a", honest[0], room, anna, address)).receipt)
            .sequence
        first.take(first.send("a", honest[1], room, anna, address))
        first.take(first.send("strange", strange, room, bert, stranger))

        let second = try SequencerScene(store: store.inner, seenThrough: store)
        address = second.follower(anna, of: room, slot: 1)
        for id in honest.dropLast() {
            let receipt = second.take(second.send("a", id, room, anna, address)).receipt
            #expect(receipt?.sequence == firstSequence + id.low - honest[0].low)
        }
        let found = second.take(second.send("strange", strange, room, bert, stranger)).receipt
        #expect(found?.sequence == firstSequence + 2)
        let before = store.lookedUp
        let fresh = SendID(high: 7, low: 10)
        #expect(
            second.take(second.send("new", fresh, room, anna, address)).receipt?.sequence == firstSequence + 3
        )
        #expect(store.lookedUp == before)
    }
}

extension SequencerOutput {
    fileprivate var receipt: SendReceipt? { loops.flatMap { $0 }.compactMap(\.receipt).first }
}

private final class CountingStore: EventStore {
    let inner = MemoryStore(incarnation: Incarnation(high: 1, low: 1))
    private(set) var lookedUp = 0

    func load() throws(StorageError) -> StoredState { try inner.load() }

    func append(_ batch: Batch, completed: @escaping (AppendOutcome) -> Void) {
        inner.append(batch, completed: completed)
    }

    func reload(_ room: RoomID) throws(StorageError) -> StoredState.StoredRoom? { try inner.reload(room) }

    func receipts(for sends: [SendKey]) throws(StorageError) -> [SendKey: Event] {
        lookedUp += sends.count
        return try inner.receipts(for: sends)
    }

    func targets(at places: [EventPlace]) throws(StorageError) -> [EventPlace: StoredTarget] {
        try inner.targets(at: places)
    }

    func messageCounts(at places: [EventPlace]) throws(StorageError) -> [EventPlace: UInt64] {
        try inner.messageCounts(at: places)
    }

    func greatestSend(upTo bound: SendID) throws(StorageError) -> SendID? {
        try inner.greatestSend(upTo: bound)
    }
}
