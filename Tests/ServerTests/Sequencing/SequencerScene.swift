import Chat
import Reactor
import Security
import Server
import Storage
import Wire

/// A sequencer over a memory store with two loops, and what it handed out.
final class SequencerScene {
    let store: MemoryStore
    private(set) var outputs: [SequencerOutput] = []
    private var sequencer: Sequencer<SystemRandomNumberGenerator, NativeHashing>!
    private var now = Timestamp(milliseconds: 1_000)
    private var lastRequest: UInt64 = 0
    /// What the sequencer is told of the audit log.
    var intake = AuditIntake.open
    /// And of the room that there is.
    var storage = StorageIntake.open

    init(
        limits: Limits = .standard, store: MemoryStore? = nil, seenThrough: (any EventStore)? = nil
    ) throws {
        self.store = store ?? MemoryStore(incarnation: Incarnation(high: 1, low: 1))
        sequencer = try Sequencer(
            store: seenThrough ?? self.store, limits: limits, loopCount: 2,
            random: SystemRandomNumberGenerator(),
            hashing: NativeHashing(), now: now, intake: { [unowned self] in intake },
            storage: { [unowned self] in storage }
        ) { [unowned self] output in outputs.append(output) }
    }

    var hasFailed: Bool { sequencer.hasFailed }
    var hasReturned: Bool { sequencer.hasReturned }
    var outbox: [AuditRecord] { sequencer.outbox }
    var outboxCount: Int { sequencer.outboxCount }
    var isIdle: Bool { sequencer.isIdle }
    var heads: [RoomID: UInt64] { sequencer.heads }

    /// Takes these at once, as one batch, and answers what came of it.
    @discardableResult
    func take(_ envelopes: Envelope...) -> SequencerOutput {
        now = now.advanced(by: .milliseconds(1))
        sequencer.take(envelopes, now: now)
        return outputs.last ?? SequencerOutput(loopCount: 2)
    }

    func pass(_ time: Duration) { now = now.advanced(by: time) }

    @discardableResult
    func control(_ body: Envelope.Body) -> Answer? {
        lastRequest += 1
        let request = lastRequest
        return take(Envelope(origin: .control(request), request: request, body: body)).control
            .first { $0.request == request }?.answer
    }

    func person(_ name: String) -> Person {
        let answer = control(.command(.addPerson(name: name, password: nil, isAdministrator: false)))
        guard case .person(let person) = answer else { preconditionFailure("\(name) was refused") }
        return person
    }

    func room(_ name: String) -> RoomID {
        guard case .message(.room(let room)) = control(.command(.createRoom(name: name, kind: .open))) else {
            preconditionFailure("\(name) was refused")
        }
        return room.id
    }

    /// A connection of this person on a loop, attached and following the room.
    func follower(_ person: Person, of room: RoomID, loop: Int = 0, slot: UInt32) -> ConnectionAddress {
        let address = ConnectionAddress(loop: loop, channel: ChannelID(slot: slot, generation: 1))
        take(envelope(person, address, .attach(epoch: person.sessionEpoch, nil)))
        let subscription = CheckedSubscription(room: .id(room), join: true)
        take(envelope(person, address, .subscribe(subscription)))
        return address
    }

    func envelope(_ person: Person, _ address: ConnectionAddress, _ body: Envelope.Body) -> Envelope {
        lastRequest += 1
        return Envelope(origin: .connection(address, person.id), request: lastRequest, body: body)
    }

    func send(_ text: String, _ id: UInt64, _ room: RoomID, _ person: Person, _ address: ConnectionAddress)
        -> Envelope
    {
        send(text, SendID(high: 7, low: id), room, person, address)
    }

    func send(_ text: String, _ id: SendID, _ room: RoomID, _ person: Person, _ address: ConnectionAddress)
        -> Envelope
    {
        let message = SendMessage(room: room, id: id, body: MessageBody(text: text))
        return envelope(person, address, .command(.send(message)))
    }
}

extension LoopItem {
    /// What the server says with this item; `nil` where it says nothing to one connection.
    var message: ServerMessage? {
        switch self {
        case .message(_, let bytes, _), .subscribe(_, _, _, _, let bytes), .unsubscribe(_, _, let bytes, _),
            .event(_, _, let bytes), .presence(_, let bytes):
            // Each is one encoded field of a frame: the payload of a frame with one message.
            var stream = ServerMessageStream(frameLimit: 1 << 20, maxMessages: 2)
            stream.append(FrameEncoder.frame(of: bytes).span)
            return (try? stream.next())?.message
        case .gap, .visible, .attached, .makeKey, .search, .disconnect: return nil
        }
    }

    var eventSequence: UInt64? { if case .event(_, let head, _) = self { head.sequence } else { nil } }

    var refusal: RefusalCode? { if case .refused(let notice)? = message { notice.code } else { nil } }

    var receipt: SendReceipt? { if case .sent(let receipt)? = message { receipt } else { nil } }
}

extension Envelope.Body {
    /// From the one session that all share where sessions do not matter.
    static func attach(epoch: UInt32, _ password: LoginChange?) -> Envelope.Body {
        .attach(epoch: epoch, session: LoginSessionID(high: 1, low: 1), password)
    }
}
