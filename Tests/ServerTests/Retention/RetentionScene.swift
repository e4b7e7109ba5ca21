import Chat
import Storage
import Testing
import Wire

@testable import Server

/// A room with messages, whose history the sequencer removes when it is told to.
final class RetentionScene {
    let scene: SequencerScene
    let anna: Person
    let room: RoomID
    let address: ConnectionAddress
    var limits = Limits.standard
    private var lastSend: UInt64 = 0

    init(messages: Int = 0) throws {
        scene = try SequencerScene()
        anna = scene.person("anna")
        room = scene.room("tea")
        address = scene.follower(anna, of: room, slot: 1)
        for _ in 0..<messages { say() }
    }

    var store: MemoryStore { scene.store }

    @discardableResult
    func say(_ text: String = "hello") -> SendReceipt? {
        lastSend += 1
        return send(lastSend, text)
    }

    func send(_ id: UInt64, _ text: String = "hello") -> SendReceipt? {
        scene.take(scene.send(text, id, room, anna, address)).loops[0].compactMap(\.receipt).first
    }

    func span() throws -> RoomSpan {
        try #require(try store.history.spans(after: nil, max: 10, withAges: true).first { $0.room == room })
    }

    /// The next piece of the room that goes by this rule, if any.
    func next(_ rule: Retention, now: Timestamp = Timestamp(milliseconds: 0)) throws -> HistoryRemoval? {
        let span = try span()
        return try RetentionSearch(history: store.history, rule: rule, limits: limits)
            .next(of: span, after: span.anchor, now: now)
    }

    @discardableResult
    func carryOut(_ command: Command) -> SequencerOutput {
        scene.take(Envelope(origin: .retention, request: 7, body: .command(command)))
    }

    /// All that goes by this rule, piece by piece.
    func remove(_ rule: Retention) throws {
        for _ in 0..<1_000 {
            guard let removal = try next(rule) else { return }
            carryOut(.removeHistory(removal))
        }
        Issue.record("there is always more")
    }

    func sequences() throws -> [UInt64] {
        try store.history.events(of: room, after: 0, through: .max, maxEvents: .max, maxBytes: .max)
            .map(\.event.sequence)
    }
}
