import Chat
import Client
import Server
import Storage
import Wire

/// One run: every part, every fault and every whim out of one seed, one thing at a time, and all promises
/// checked after each.
final class Simulation {
    struct Outcome: Sendable {
        let seed: UInt64
        let steps: Int
        let events: Int
        let acks: Int
        let deliveries: Int
        let restarts: Int
        /// Of every byte that the server wrote, in order: two runs with the same one are the same run.
        let digest: UInt64
        let struck: [Fault: Int]
        let violation: Violation?
    }

    /// Small ones, so that they are reached.
    static let limits: Limits = {
        var limits = Limits()
        limits.bodyBytes = 200
        limits.frameBytesBeforeAuthentication = 1_024
        limits.historyPageEvents = 5
        limits.historyPageBytes = 1_024
        limits.frameBytes = 5_400
        limits.outboxBytes = 5_400
        limits.outboxStallBytes = 600
        limits.gatherBytes = 1_500
        limits.window = 4
        limits.subscriptionsOfAConnection = 3
        limits.checkpointsOfASubscription = 4
        limits.listEntries = 8
        limits.mailboxLetters = 3
        limits.sequencerCommands = 24
        limits.sequencerReserve = 2
        limits.batchCommands = 6
        limits.conflictAttempts = 3
        limits.roomsOfAPerson = 6
        limits.rooms = 12
        limits.sessionsOfAPerson = 6
        limits.handshakeDeadline = .seconds(2)
        limits.authenticationDeadline = .seconds(2)
        limits.slowReaderDeadline = .milliseconds(700)
        limits.congestionDeadline = .seconds(2)
        limits.idleDeadline = .seconds(4)
        limits.busyRetry = .milliseconds(5)
        limits.rekeyInterval = .milliseconds(300)
        limits.rekeyRefill = .milliseconds(5)
        limits.rekeyDeadline = .milliseconds(3_200)
        limits.generationDeadline = .seconds(5)
        limits.framesOfAGeneration = 100
        limits.removedEvents = 3
        return limits
    }()

    let seed: UInt64
    let bug: PlantedBug?
    let judge = Judge()
    let dice: Dice
    let ledger: Ledger
    let sealing: SimulatedSealing
    let sessions = SimulatedSessions()
    let loops: Int
    var server: SimulatedServer?
    var store: SimulatedStore
    var clients: [SimulatedClient] = []
    /// Those whose sessions were ended; others came in their places.
    private var retired: [SimulatedClient] = []
    /// In nanoseconds; and how far the wall clock is off, in milliseconds.
    var now: Int64 = 1_000_000_000
    var wallOffset: Int64 = 0
    var restartAt: Int64 = 0
    var restarts = 0
    private var link: SimulatedLink?
    /// How much of a room is kept: half of the runs keep all.
    let retention: Retention
    private var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    init(seed: UInt64, bug: PlantedBug? = nil) {
        self.seed = seed
        self.bug = bug
        dice = Dice(seed: seed)
        ledger = Ledger(judge: judge)
        sealing = SimulatedSealing(dice: dice, judge: judge, bug: bug)
        loops = 1 + dice.below(3)
        retention = dice.once(in: 2) ? .everything : Retention(events: 2 + dice.below(6))
        let inner = MemoryStore(incarnation: Incarnation(high: seed, low: 1))
        store = SimulatedStore(inner, ledger: ledger, dice: dice, bug: bug)
        startServer()
        let people = 3 + dice.below(5)
        // Two are there; the others come by a link.
        for number in 0..<2 {
            administer(.addPerson(name: "person\(number)", password: nil, isAdministrator: false))
        }
        administer(.createRoom(name: SimulatedLink.room, kind: .open))
        let link = SimulatedLink(names: (2..<people).map { "person\($0)" })
        administer(.makeInvite(link.order))
        self.link = link
        // Some people have two clients.
        for index in 0..<(4 + dice.below(9)) {
            clients.append(makeClient(index, "person\(index % people)", comesByLink: index % people >= 2))
        }
        for client in clients { start(client) }
    }

    var moment: Duration { .nanoseconds(now) }
    var wall: Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + now / 1_000_000 + wallOffset) }

    func run(steps: Int) -> Outcome {
        var done = 0
        while done < steps, judge.violation == nil {
            step()
            done += 1
            check()
        }
        if judge.violation == nil { comeToRest() }
        return Outcome(
            seed: seed, steps: done, events: ledger.eventCount,
            acks: (clients + retired).reduce(0) { $0 + $1.acks },
            deliveries: (clients + retired).reduce(0) { $0 + $1.events }, restarts: restarts, digest: digest,
            struck: dice.struck, violation: judge.violation)
    }

    private func check() { server?.checkBounds() }

    /// FNV-1a.
    func note(_ bytes: [UInt8]) {
        for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    func tellTime() {
        server?.now = now
        server?.wall = wall
    }

    // MARK: the server's life

    func startServer() {
        let server = SimulatedServer(
            store: store, limits: Self.limits, loops: loops, ledger: ledger, judge: judge, dice: dice,
            sealing: sealing, sessions: sessions, process: restarts, bug: bug)
        self.server = server
        tellTime()
        server.start()
        checkLink()
    }

    func checkLink() {
        guard let link, let stored = try? store.load() else { return }
        link.check(stored, judge)
    }

    /// Sets the store up before anything goes wrong: without people there is nothing to see.
    private func administer(_ command: Command) {
        dice.isCalm = true
        server?.administer(command)
        server?.sequencerTurn()
        dice.isCalm = false
    }

    /// The process is gone, with all that was not on the disk.
    func powerCut() {
        guard server != nil else { return }
        let keeping = dice.below(store.heldAppends + 1)
        server = nil
        restarts += 1
        store = SimulatedStore(store.crash(keeping: keeping), ledger: ledger, dice: dice, bug: bug)
        restartAt = now + Int64(dice.below(40)) * 1_000_000
        for client in clients { lose(client, "the server is gone") }
    }

    // MARK: the clients

    private func makeClient(_ index: Int, _ person: String, comesByLink: Bool = false) -> SimulatedClient {
        SimulatedClient(
            index: index, person: person, comesByLink: comesByLink, ledger: ledger, judge: judge, dice: dice,
            sealing: sealing, sessions: sessions)
    }

    private func start(_ client: SimulatedClient) {
        client.machine.start(now: moment)
        settle(client)
    }

    /// Whose session was ended logs in anew, by password, and begins with nothing.
    func replace(_ index: Int) {
        let client = clients[index]
        retired.append(client)
        clients[index] = makeClient(client.index, client.person)
        start(clients[index])
    }

    // MARK: their connections

    /// Carries out what a client's machine wants.
    func settle(_ client: SimulatedClient) {
        client.settle(now: moment, wall: wall)
        let wishes = client.takeWishes()
        if wishes.closes {
            // What was written before the end still goes out.
            client.socket?.toServer += client.takeWritten()
            client.socket?.isCutByClient = true
            client.socket = nil
        }
        if wishes.connects { connect(client) }
        let written = client.takeWritten()
        client.socket?.toServer += written
    }

    private func connect(_ client: SimulatedClient) {
        guard let server, !dice.strikes(.connectionRefused, onceIn: 30) else {
            client.machine.closed("connection refused", now: moment)
            return settle(client)
        }
        let socket = SimulatedSocket()
        client.socket = socket
        let binding = dice.bytes(ChannelBinding.exporterBytes)
        server.accept(socket, channelBinding: binding)
        client.machine.connected(
            nonce: dice.bytes(ClientOffer.nonceBytes), channelBinding: binding, now: moment)
        settle(client)
    }

    /// The client's side of its connection ends; what it had not heard yet is lost.
    func lose(_ client: SimulatedClient, _ reason: String) {
        guard let socket = client.socket else { return }
        socket.isCutByClient = true
        client.socket = nil
        client.machine.closed(reason, now: moment)
        settle(client)
    }
}
