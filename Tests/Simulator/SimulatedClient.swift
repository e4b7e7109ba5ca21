import Chat
import Client
import Security
import Wire

/// One client: the product's own machine, a person's whims, and the notes that its user would keep.
final class SimulatedClient {
    /// What the answer to a request must be.
    private enum Expectation {
        case anything
        /// The first ack again.
        case repeated(SendReceipt)
        /// The id is another message's.
        case idReused
    }

    struct Followed {
        let ticket: RoomTicket
        let name: String
        var id: RoomID?
        var last: UInt64?
        var isLive = false
    }

    let index: Int
    let person: String
    let machine: ClientMachine
    private let ledger: Ledger
    private let judge: Judge
    private let sessions: SimulatedSessions
    private let dice: Dice
    /// Its login's.
    private(set) var session: LoginSessionID?
    /// It was sent away for good, because its session was ended.
    private(set) var hasLostSession = false
    private(set) var personID: PersonID?
    var socket: SimulatedSocket?
    var channelBinding: [UInt8] = []
    private(set) var followed: [Followed] = []
    private(set) var wantsConnection = false
    private(set) var written: [UInt8] = []
    private(set) var closesConnection = false
    private var sendIDs = SendIDSource()
    private var random: SplitMix
    /// How far it has read, as the server says.
    private var read: [RoomID: UInt64] = [:]
    private var acked: [(message: SendMessage, receipt: SendReceipt)] = []
    private var issued: [SendID: SendMessage] = [:]
    private var expectations: [RequestTicket: Expectation] = [:]
    private(set) var acks = 0
    private(set) var events = 0

    init(
        index: Int, person: String, comesByLink: Bool, ledger: Ledger, judge: Judge, dice: Dice,
        sealing: SimulatedSealing, sessions: SimulatedSessions
    ) {
        self.sessions = sessions
        self.dice = dice
        self.index = index
        self.person = person
        self.ledger = ledger
        self.judge = judge
        random = dice.generator()
        let newcomer = Authentication.newcomer(token: "scn_", name: person, newPassword: "secret")
        var configuration = ClientConfiguration(
            agent: "simulator",
            logins: (comesByLink ? [newcomer] : []) + [.password(user: person, password: "secret")])
        configuration.backoff = Backoff(
            least: .milliseconds(2), most: .milliseconds(60), spread: .milliseconds(60))
        configuration.loginDeadline = .seconds(1)
        configuration.answerDeadline = .seconds(1)
        configuration.pongDeadline = .seconds(1)
        configuration.replicaBounds = RoomReplica.Bounds(events: 4, bytes: 4_096)
        configuration.maxOutgoingMessages = 16
        configuration.rekeyInterval = Simulation.limits.rekeyInterval
        configuration.rekeyDeadline = Simulation.limits.rekeyDeadline
        configuration.rekeyFrames = Simulation.limits.framesOfAGeneration / 4
        machine = ClientMachine(
            configuration: configuration, cryptography: SimulatedIdentity(), sealing: sealing,
            hashing: NativeHashing(), seed: dice.word())
    }

    var openRooms: [RoomID] { followed.compactMap(\.id) }

    // MARK: what the machine wants and tells

    /// Takes the machine's actions: what it tells is checked at once, what it wants is kept for the driver.
    func settle(now: Duration, wall: Timestamp) {
        var actions = machine.takeActions()
        while !actions.isEmpty {
            for action in actions { take(action, now, wall) }
            actions = machine.takeActions()
        }
    }

    func takeWritten() -> [UInt8] {
        defer { written = [] }
        return written
    }

    func takeWishes() -> (connects: Bool, closes: Bool) {
        defer { (wantsConnection, closesConnection) = (false, false) }
        return (wantsConnection, closesConnection)
    }

    private func take(_ action: ClientAction, _ now: Duration, _ wall: Timestamp) {
        switch action {
        case .connect: wantsConnection = true
        case .write(let bytes): written += bytes
        case .close: closesConnection = true
        case .judge: machine.trusted(wallClock: wall, now: now)
        case .ready(let login, _): (personID, session) = (login.person.id, login.session)
        case .offline(let reason, _):
            // Nobody stands between the two here: each frame must open where it arrives.
            judge.require(!reason.contains("frame_seal_broken"), .sealed, "a client cannot open a frame")
            for place in followed.indices { followed[place].isLive = false }
        case .opened(let ticket, let summary): change(ticket) { $0.id = summary.id }
        case .event(let ticket, let entry):
            told(entry.event, ticket)
            machine.noteRead(entry.event.room, through: entry.event.sequence, now: now)
        case .position(let position): learned(position)
        case .forget: judge.accuse(.ordered, "a client was told to forget what it has seen")
        case .caughtUp(let ticket, let head):
            ledger.told(head, of: followed.first { $0.ticket == ticket }?.id ?? RoomID(high: 0, low: 0))
            change(ticket) {
                $0.last = max($0.last ?? 0, head.sequence)
                $0.isLive = true
            }
        case .roomEnded(let ticket, let end):
            ended(ticket, end)
        case .acknowledged(let receipt): acknowledged(receipt)
        case .sendRefused(let id, let refusal): sendRefused(id, refusal)
        case .answered(let ticket, let message): answered(ticket, message)
        case .unanswered(let ticket): expectations[ticket] = nil
        case .added, .presence, .typing, .providers: break
        case .askCode: judge.accuse(.progress, "a client was asked for a code, and nobody has one")
        case .ended(let failure): ended(failure)
        }
    }

    private func ended(_ failure: ClientFailure?) {
        guard case .disconnected(let farewell)? = failure, farewell.code == .sessionRevoked else {
            return judge.accuse(.progress, "a client gave up: \(String(describing: failure))")
        }
        hasLostSession = true
        judge.require(
            session.map { sessions.wasClosed($0) } ?? true, .progress,
            "a client was sent away, and its session was not ended")
    }

    private func change(_ ticket: RoomTicket, _ body: (inout Followed) -> Void) {
        guard let place = followed.firstIndex(where: { $0.ticket == ticket }) else { return }
        body(&followed[place])
    }

    private func ended(_ ticket: RoomTicket, _ end: RoomEnd) {
        guard let place = followed.firstIndex(where: { $0.ticket == ticket }) else {
            return judge.accuse(.ordered, "a client was told the end of a room that it had closed")
        }
        let room = followed.remove(at: place)
        switch end {
        case .broken(let fault): judge.accuse(.ordered, "a client's room is broken: \(fault)")
        case .refused(let refusal) where refusal.code == .alreadySubscribed:
            judge.require(
                followed.contains { $0.name == room.name }, .progress,
                "a client was refused a room as one that it follows already, and follows it no more")
        case .refused, .unsubscribed: break
        }
    }

    private func told(_ event: Event, _ ticket: RoomTicket) {
        events += 1
        ledger.told(event)
        change(ticket) { room in
            if let last = room.last, event.sequence != last + 1 {
                dice.count(.readerPassedOver)
                judge.require(
                    event.sequence > last && ledger.hasRemoved(through: event.sequence - 1, of: event.room),
                    .ordered, "a client was told event \(event.sequence) after \(last)")
            }
            room.last = event.sequence
        }
    }

    /// Nobody unreads, whatever becomes of connections and of the server.
    private func learned(_ position: ReadPosition) {
        let before = read.updateValue(position.sequence, forKey: position.room) ?? 0
        judge.require(
            position.sequence >= before, .durable,
            "a client had read event \(before), and now only event \(position.sequence)")
    }

    private func acknowledged(_ receipt: SendReceipt) {
        acks += 1
        guard let personID, let message = issued.removeValue(forKey: receipt.send) else {
            return judge.accuse(.idempotent, "a client got an ack for what it did not send")
        }
        ledger.told(receipt, to: personID)
        judge.require(
            ledger.sends[SendKey(person: personID, send: receipt.send)]?.content
                == ContentCodec().encode(message.content),
            .durable, "event \(receipt.sequence) was acknowledged with another content")
        acked.append((message, receipt))
    }

    private func sendRefused(_ id: SendID, _ refusal: RefusalNotice) {
        guard let personID else { return }
        issued[id] = nil
        ledger.told(refusedFor: SendKey(person: personID, send: id))
        judge.require(refusal.code != .idReused, .idempotent, "a new send was taken for another's repetition")
    }

    private func answered(_ ticket: RequestTicket, _ message: ServerMessage) {
        guard let expectation = expectations.removeValue(forKey: ticket) else { return }
        let refusal: RefusalNotice? = if case .refused(let notice) = message { notice } else { nil }
        switch expectation {
        case .anything: break
        case .repeated(let first):
            if refusal?.code == .storageFull {
                judge.accuse(.idempotent, "a stored send was answered as if there were no room for it")
            }
            guard refusal?.mayRetry != true else { return }
            judge.require(
                message == .sent(first), .idempotent, "a repeated send was not answered with its first ack")
        case .idReused:
            guard refusal?.mayRetry != true else { return }
            judge.require(
                refusal?.code == .idReused, .idempotent, "another message under a used id was not refused")
        }
    }

    // MARK: what its user does

    func open(_ room: String, recent: Bool, now: Duration) {
        guard followed.count < 4 else { return }
        let ticket = machine.open(.name(room), from: recent ? .recent(2) : .after(0), joins: true, now: now)
        followed.append(Followed(ticket: ticket, name: room))
    }

    func close(now: Duration) {
        guard !followed.isEmpty else { return }
        let room = followed.removeFirst()
        machine.close(room.ticket, now: now)
    }

    func send(to room: RoomID, bytes: Int, now: Duration, wall: Timestamp) {
        let id = sendIDs.next(at: wall, random: &random)
        let body = MessageBody(text: "\(person) \(index) " + String(repeating: "x", count: bytes))
        let message = SendMessage(room: room, id: id, body: body)
        issued[id] = message
        if !machine.send(message, now: now) { issued[id] = nil }
    }

    func ask(_ request: Request, now: Duration) {
        if let ticket = machine.perform(request, now: now) { expectations[ticket] = .anything }
    }

    /// Sends again what was acknowledged, or something else under its id.
    func sendAgain(_ place: Int, sameContent: Bool, now: Duration) {
        guard !acked.isEmpty else { return }
        let (message, receipt) = acked[acked.count - 1 - place % min(acked.count, 8)]
        let other = Content.message(MessageBody(text: "something else"))
        let again = SendMessage(
            room: message.room, id: message.id, content: sameContent ? message.content : other)
        guard let ticket = machine.perform(.command(.send(again)), now: now) else { return }
        expectations[ticket] = sameContent ? .repeated(receipt) : .idReused
    }
}
