import Chat
import Security
import Wire

/// The checker's own copy of the committed history, and all that was ever told of it: what everybody is held
/// to.
final class Ledger {
    private struct Stay {
        let sequence: UInt64
        let isMember: Bool
    }

    private let judge: Judge
    private let hashing = NativeHashing()
    /// Those that were removed since, too.
    private(set) var rooms: [RoomID: [Event]] = [:]
    /// Up to where the store has removed them.
    private var anchors: [RoomID: UInt64] = [:]
    private var stays: [RoomID: [PersonID: [Stay]]] = [:]
    private(set) var sends: [SendKey: Event] = [:]
    /// Sends that a client was told are surely not stored.
    private var refused: Set<SendKey> = []
    private(set) var acked: [SendKey: SendReceipt] = [:]
    /// The rooms' last sequences when the end of a session was carried out.
    private var ends: [LoginSessionID: [RoomID: UInt64]] = [:]
    /// How far anybody was shown a room.
    private var shown: [RoomID: UInt64] = [:]

    init(judge: Judge) { self.judge = judge }

    var eventCount: Int { rooms.values.reduce(0) { $0 + $1.count } }

    func head(of room: RoomID) -> Head {
        rooms[room]?.last.map { Head(sequence: $0.sequence, link: $0.link) } ?? .empty
    }

    // MARK: the store

    /// Takes what the store holds of these rooms beyond what is known.
    func read(_ changed: [RoomID], from history: any HistoryReader) {
        for room in changed {
            let known = UInt64(rooms[room]?.count ?? 0)
            for entry in Self.events(of: room, after: known, in: history) { add(entry.event) }
            note(history, of: room)
        }
    }

    /// Whether events up to this one were removed.
    func hasRemoved(through sequence: UInt64, of room: RoomID) -> Bool { sequence <= anchors[room] ?? 0 }

    private func note(_ history: any HistoryReader, of room: RoomID) {
        let anchor = (try? history.anchor(of: room)) ?? .empty
        guard anchor.sequence > 0 else { return }
        let events = rooms[room] ?? []
        judge.require(
            anchor.sequence >= anchors[room] ?? 0, .ordered, "events that were removed are there again")
        judge.require(
            anchor.sequence <= events.count && events[Int(anchor.sequence) - 1].link == anchor.link,
            .ordered, "a history begins behind an event \(anchor.sequence) that was none")
        anchors[room] = anchor.sequence
    }

    /// The store was opened again after a crash: nothing that was acknowledged or shown may be gone.
    func readAgain(_ stored: [RoomID], from history: any HistoryReader) {
        let before = rooms
        (rooms, stays, sends) = ([:], [:], [:])
        for room in stored {
            let anchor = (try? history.anchor(of: room).sequence) ?? 0
            for event in (before[room] ?? []).prefix(Int(anchor)) { add(event) }
        }
        read(stored, from: history)
        for (room, events) in before.sorted(by: { $0.key < $1.key }) {
            let now = rooms[room] ?? []
            let told = Int(shown[room] ?? 0)
            judge.require(
                now.count >= told, .seenIsStored, "event \(told) was shown, and is gone after a crash")
            for (old, new) in zip(events, now) where old.sequence <= told {
                judge.require(old == new, .ordered, "event \(old.sequence) is another one after a crash")
            }
        }
        for (key, receipt) in acked {
            judge.require(
                sends[key]?.id == receipt.event, .durable,
                "event \(receipt.sequence) was acknowledged, and is gone after a crash")
        }
    }

    private static func events(
        of room: RoomID, after sequence: UInt64, in history: any HistoryReader
    ) -> [HistoryEvent] {
        (try? history.events(of: room, after: sequence, through: .max, maxEvents: .max, maxBytes: .max)) ?? []
    }

    private func add(_ event: Event) {
        let head = head(of: event.room)
        judge.require(
            event.sequence == head.sequence + 1, .ordered,
            "event \(event.sequence) is stored after \(head.sequence)")
        judge.require(
            DigestChain.verifies(event, after: head, hashing: hashing), .ordered,
            "event \(event.sequence) does not follow from the one before it")
        if let last = rooms[event.room]?.last {
            judge.require(
                last.at <= event.at, .ordered, "event \(event.sequence) is earlier than its predecessor")
        }
        rooms[event.room, default: []].append(event)
        if let send = event.sendID {
            let key = SendKey(person: event.author, send: send)
            judge.require(
                sends[key] == nil, .idempotent, "a send is stored twice, the second as \(event.sequence)")
            judge.require(
                !refused.contains(key), .idempotent,
                "event \(event.sequence) was told to be surely not stored")
            sends[key] = event
        } else if case .membership(let change)? = ContentCodec().decode(event.content) {
            stays[event.room, default: [:]][change.person, default: []].append(
                Stay(sequence: event.sequence, isMember: change.role != nil))
        }
    }

    // MARK: what is told

    func told(_ receipt: SendReceipt, to person: PersonID) {
        let key = SendKey(person: person, send: receipt.send)
        guard let event = sends[key], event.id == receipt.event, event.room == receipt.room,
            event.sequence == receipt.sequence, event.at == receipt.at
        else {
            return judge.accuse(.durable, "an ack left for event \(receipt.sequence), which is not stored")
        }
        let first = acked.updateValue(receipt, forKey: key)
        judge.require(first == nil || first == receipt, .idempotent, "a repeated send got another ack")
    }

    func told(refusedFor key: SendKey) {
        refused.insert(key)
        judge.require(sends[key] == nil, .idempotent, "a stored send was told to be surely not stored")
    }

    func told(_ event: Event) {
        let events = rooms[event.room] ?? []
        guard event.sequence >= 1, event.sequence <= UInt64(events.count) else {
            return judge.accuse(.seenIsStored, "event \(event.sequence) was shown, and is not stored")
        }
        let stored = events[Int(event.sequence) - 1]
        judge.require(
            stored.id == event.id && stored.link == event.link && stored.content == event.content
                && stored.author == event.author && stored.at == event.at, .ordered,
            "event \(event.sequence) was shown as another than it is stored")
        shown[event.room] = max(shown[event.room] ?? 0, event.sequence)
    }

    func told(_ head: Head, of room: RoomID) {
        guard head.sequence > 0 else { return }
        guard let events = rooms[room], head.sequence <= UInt64(events.count) else {
            return judge.accuse(.seenIsStored, "head \(head.sequence) was told, and is not stored")
        }
        judge.require(
            events[Int(head.sequence) - 1].link == head.link, .ordered,
            "head \(head.sequence) has another link")
        shown[room] = max(shown[room] ?? 0, head.sequence)
    }

    // MARK: sessions

    /// The sequencer has told the loops: what is stored from now on is not for its connections.
    func ended(_ session: LoginSessionID) { ends[session] = rooms.mapValues { UInt64($0.count) } }

    func hasEnded(_ session: LoginSessionID) -> Bool { ends[session] != nil }

    /// Whether a connection of this session may be told the event: it was stored before the session ended.
    func mayHear(_ sequence: UInt64, of room: RoomID, _ session: LoginSessionID) -> Bool {
        ends[session].map { sequence <= $0[room] ?? 0 } ?? true
    }

    // MARK: who may be told

    func isMember(_ person: PersonID, of room: RoomID) -> Bool {
        stays[room]?[person]?.last?.isMember ?? false
    }

    /// Whether this person was a member before the event, or is by it.
    func mayGetLive(_ sequence: UInt64, of room: RoomID, _ person: PersonID) -> Bool {
        let stays = stays[room]?[person] ?? []
        if stays.last(where: { $0.sequence < sequence })?.isMember == true { return true }
        return stays.last { $0.sequence == sequence }?.isMember == true
    }

    /// Whether a reader of the history may be told this event now: whoever was removed at n reads to n.
    func mayRead(_ sequence: UInt64, of room: RoomID, _ person: PersonID) -> Bool {
        guard let last = stays[room]?[person]?.last else { return false }
        return last.isMember || sequence <= last.sequence
    }
}
