import Chat
import Client
import Native
import Reactor
import Security
import Server
import Wire

/// One process of the server, without its threads: each of them takes a turn when the simulation says so.
///
/// The sequencer, the posts, the mailboxes, the sessions, the encoders and the outboxes are the product's
/// own; the loops' part over channels is played by `SimulatedServer+Loop`.
final class SimulatedServer {
    private struct SilentWakeUp: WakeUpCall {
        func signal() -> Bool { false }
    }

    /// The moment of the turn, in nanoseconds and by the wall clock.
    var now: Int64 = 0
    var wall = Timestamp(milliseconds: 0)
    let limits: Limits
    let dice: Dice
    let judge: Judge
    let ledger: Ledger
    let bug: PlantedBug?
    let store: SimulatedStore
    let mailboxes: [Mailbox<LoopLetter>]
    let gatherLimit: Int
    let sealing: SimulatedSealing
    let sessions: SimulatedSessions
    /// Which of a run's processes this is: access tokens of another are void.
    let process: Int
    let access: AccessTokens
    /// Sessions that have ended in this process: each makes a request that is always taken.
    var endings = 0
    /// Those of the batch that is under way.
    private var endsUnderWay: [LoginSessionID] = []
    /// A piece of an old history is on its way to be removed.
    private var isRemoving = false
    private let inbox: Mailbox<Envelope>
    private var sequencer: Sequencer<SplitMix, NativeHashing>?
    private var posts: LoopPosts
    private var batch: [Envelope] = []
    private var nextSlot: UInt32 = 0
    private var nextControlRequest: UInt64 = 1
    /// What the work pool has to do; taken in any order, as its threads would.
    var jobs: [() -> Void] = []
    /// By loop, in the order of their coming.
    var connections: [[SimulatedConnection]]
    var subscribers: [[RoomID: [SimulatedConnection]]]
    /// The last sequence of each room that each loop has passed on.
    var passed: [[RoomID: UInt64]]
    private(set) var control: [ControlAnswer] = []

    init(
        store: SimulatedStore, limits: Limits, loops: Int, ledger: Ledger, judge: Judge, dice: Dice,
        sealing: SimulatedSealing, sessions: SimulatedSessions, process: Int, bug: PlantedBug?
    ) {
        self.sealing = sealing
        self.sessions = sessions
        self.process = process
        access = AccessTokens(limits: limits)
        self.store = store
        self.limits = limits
        self.ledger = ledger
        self.judge = judge
        self.dice = dice
        self.bug = bug
        gatherLimit = limits.gatherBytes
        inbox = Mailbox(
            limits: .init(
                letters: limits.sequencerCommands, bytes: limits.sequencerBytes,
                reservedLetters: limits.sequencerReserve),
            wakeUp: SilentWakeUp())
        let mailboxes = (0..<loops).map { _ in
            Mailbox<LoopLetter>(
                limits: .init(letters: limits.mailboxLetters, bytes: limits.mailboxBytes),
                wakeUp: SilentWakeUp())
        }
        self.mailboxes = mailboxes
        posts = LoopPosts(
            post: mailboxes.map { mailbox in { letter, bytes in mailbox.post(letter, bytes: bytes) } },
            postAlways: mailboxes.map { mailbox in
                { letter, bytes in mailbox.postAlways(letter, bytes: bytes) }
            })
        connections = Array(repeating: [], count: loops)
        subscribers = Array(repeating: [:], count: loops)
        passed = Array(repeating: [:], count: loops)
        store.aboutToAppend = { [unowned self] batch in show(batch) }
    }

    /// Loads the store. Fails only when the store does.
    func start() {
        do {
            sequencer = try Sequencer(
                store: store, limits: limits, loopCount: mailboxes.count, random: dice.generator(),
                hashing: NativeHashing(), now: wall
            ) { [unowned self] output in deliver(output) }
        } catch {
            judge.accuse(.progress, "the server does not start: \(error)")
        }
    }

    var incarnation: Incarnation { sequencer?.incarnation ?? Incarnation(high: 0, low: 0) }
    /// The process must start again from disk.
    var hasFailed: Bool { sequencer?.hasFailed ?? true }
    var hasWork: Bool {
        inbox.count > 0 || !batch.isEmpty || sequencer?.hasReturned == true || sequencer?.isIdle == false
            || !jobs.isEmpty || mailboxes.contains { $0.count > 0 }
    }

    // MARK: the sequencer

    func submit(_ envelope: Envelope) -> Bool {
        if dice.strikes(.queueFull, onceIn: 300) { return false }
        return inbox.post(honest(envelope), bytes: envelope.byteCount)
    }

    func submitAlways(_ envelope: Envelope) { inbox.postAlways(envelope, bytes: envelope.byteCount) }

    func administer(_ command: Command) {
        let envelope = Envelope(origin: .control(nextControlRequest), request: 0, body: .command(command))
        nextControlRequest += 1
        _ = inbox.post(envelope, bytes: envelope.byteCount, mayUseReserve: true)
    }

    /// What `RetentionKeeper` does with one room.
    func retain(_ rule: Retention) {
        let spans = (try? store.history.spans(after: nil, max: .max, withAges: true)) ?? []
        let search = RetentionSearch(history: store.history, rule: rule, limits: limits)
        guard !isRemoving, let span = dice.pick(spans),
            let removal = try? search.next(of: span, after: span.anchor, now: wall)
        else { return }
        isRemoving = submit(
            Envelope(origin: .retention, request: 1, body: .command(.removeHistory(removal))))
    }

    /// What `SequencerThread.run` does with one batch.
    func sequencerTurn() {
        guard let sequencer, sequencer.isIdle else { return }
        if batch.isEmpty { inbox.take(into: &batch) }
        guard !batch.isEmpty || sequencer.hasReturned else { return }
        let taken = Array(batch.prefix(limits.batchCommands))
        batch.removeFirst(taken.count)
        endsUnderWay = taken.compactMap { envelope in
            if case .endSession(let session, _) = envelope.body { session } else { nil }
        }
        sequencer.take(taken, now: wall)
    }

    private func deliver(_ output: SequencerOutput) {
        control.append(contentsOf: output.control)
        for answer in output.retention {
            isRemoving = false
            if case .message = answer.answer { dice.count(.historyRemoved) }
        }
        for session in endsUnderWay { ledger.ended(session) }
        endsUnderWay = []
        for mailbox in mailboxes where mailbox.count >= limits.mailboxLetters { dice.count(.mailboxFull) }
        posts.deliver(output.loops.map(honest))
    }

    // MARK: planted bugs

    /// The request as it came, or as a bug would have it.
    private func honest(_ envelope: Envelope) -> Envelope {
        guard bug == .idReuseUnnoticed, case .command(.send(let message)) = envelope.body,
            case .person(let person) = envelope.actor,
            let first = ledger.sends[SendKey(person: person, send: message.id)],
            case .message(let body)? = ContentCodec().decode(first.content)
        else { return envelope }
        let same = SendMessage(room: first.room, id: message.id, body: body)
        return Envelope(origin: envelope.origin, request: envelope.request, body: .command(.send(same)))
    }

    /// A loop's items as they were made, or as a bug would have them.
    private func honest(_ items: [LoopItem]) -> [LoopItem] {
        switch bug {
        case .missedRemoval:
            return items.filter { if case .unsubscribe(_, _, _, settles: false) = $0 { false } else { true } }
        case .sessionEndUntold:
            return items.filter { if case .disconnect = $0 { false } else { true } }
        case .lostEvent:
            return items.filter { !$0.isInHistory || !dice.once(in: 30) }
        case .subscriptionOutOfOrder:
            let late = items.filter { if case .subscribe = $0 { true } else { false } }
            return items.filter { if case .subscribe = $0 { false } else { true } } + late
        default: return items
        }
    }

    private func show(_ batch: Batch) {
        for event in batch.rooms.flatMap(\.events) {
            let bytes = ServerMessageEncoder.event(HistoryEvent(event: event, authorName: ""))
            let head = Head(sequence: event.sequence, link: event.link)
            for mailbox in mailboxes {
                mailbox.postAlways(.committed([.event(event.room, head: head, bytes)]))
            }
        }
    }

    // MARK: bounds

    /// Promise G5, of every queue there is.
    func checkBounds() {
        judge.require(
            inbox.count <= limits.sequencerCommands + limits.sequencerReserve + nextControlBound, .bounded,
            "\(inbox.count) requests wait for the sequencer")
        for connection in connections.joined() {
            judge.require(
                connection.inFlight >= 0 && connection.inFlight <= limits.window, .bounded,
                "\(connection.inFlight) requests of one connection are in flight")
            judge.require(
                connection.outbox.count <= limits.outboxBytes + gatherLimit + limits.window
                    * limits.frameBytes,
                .bounded, "\(connection.outbox.count) bytes wait for one connection")
            judge.require(
                connection.rooms.count <= limits.subscriptionsOfAConnection, .bounded,
                "one connection follows \(connection.rooms.count) rooms")
        }
    }

    /// Ends of connections and of sessions are always taken: at most one for each that there was.
    private var nextControlBound: Int { Int(nextSlot) + endings }

    // MARK: connections

    /// A client's connection to one of the loops.
    func accept(_ socket: SimulatedSocket, channelBinding: [UInt8]) {
        let loop = dice.below(mailboxes.count)
        let address = ConnectionAddress(loop: loop, channel: ChannelID(slot: nextSlot, generation: 0))
        nextSlot += 1
        connections[loop].append(
            SimulatedConnection(
                address: address, socket: socket, witness: Witness(ledger: ledger, judge: judge),
                channelBinding: channelBinding, limits: limits, now: now))
    }
}
