import Chat
import Logging
import Native
import Reactor
import Security
import Server
import Storage
import Synchronization
import Testing
import Wire

/// A whole server over stores in memory, on two loops and ports without TLS, with a room and its members.
struct RoomScene {
    let threads: ServerThreads
    let clients: EventLoop<ThousandFollowers>
    let progress = ThousandFollowers.Progress()
    /// How many batches were stored.
    let batches: Counter
    private let clientThread: Thread

    final class Counter: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }

    init(members: Int) throws {
        try CurrentProcess.raiseDescriptorLimit()
        let counter = Counter()
        batches = counter
        let first = Listener(try ListeningSocket(address: .loopback, port: 0), security: .plain)
        let port = first.address.port
        let second = Listener(try ListeningSocket(address: .loopback, port: port), security: .plain)
        // A thousand from one address, each with a token: what people do is another suite's matter.
        var rates = RateLimits()
        rates.isEnabled = false
        let secrets = InstallationSecrets.random()
        let guards = LoginGuards(
            rates: RateLimiter(rates, key: secrets.rateSubjects), devices: secrets.devices,
            passwords: PasswordRule(limits: .standard, common: .none), factors: secrets.factors)
        threads = try ServerThreads(
            limits: .standard, guards: guards, listeners: [first, second],
            log: Logger(label: "test"))
        let server = Wire.ServerID(high: 1, low: 2)
        let incarnation = Incarnation(high: 1, low: 1)
        let stores = StoreFactory(
            audit: Composition.memoryAudit(key: .generate()), search: Composition.memorySearch
        ) {
            () throws(StorageError) in
            let store = MemoryStore(incarnation: incarnation)
            store.fault = { batch in
                if !batch.rooms.isEmpty { counter.add() }
                return nil
            }
            return OpenEvents(store: store, history: store.history, server: server.bytes) {}
        } openSessions: {
            OpenSessions(store: MemorySessionStore())
        }
        let history = try threads.openStores(stores, report: { Issue.record("\($0)") }, failed: {})
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        let hello = HelloDesk(
            identity: ServerIdentity(
                record: IdentityRecord(key: .generate(bits: 2_048)), server: server,
                lifetime: .seconds(3_600),
                now: now),
            incarnation: incarnation, serverName: "test", agent: "test", limits: .standard)
        try threads.startLoops(
            history: history, hello: hello, requiresSealing: false, cores: nil
        ) { error in
            Issue.record("a loop ended: \(error)")
        }
        let (room, tokens) = try Self.populate(threads.desk, members: members, now: now)
        let clients = try EventLoop<ThousandFollowers>()
        self.clients = clients
        let progress = progress
        clientThread = try Thread.start(name: "followers") {
            do throws(IOError) {
                try clients.run { context in
                    ThousandFollowers(
                        context, server: PeerAddress(.loopback, port: port), room: room, progress: progress)
                }
            } catch {
                Issue.record("the clients' loop ended: \(error)")
            }
        }
        clients.postAlways(.connect(tokens: tokens))
    }

    private static func populate(
        _ desk: ControlDesk, members: Int, now: Timestamp
    ) throws -> (room: RoomID, tokens: [String]) {
        guard
            case .message(.room(let room)) = desk.ask(.command(.createRoom(name: "hall", kind: .open)))
        else { throw Refused() }
        var tokens: [String] = []
        for number in 0..<members {
            let add = Command.addPerson(name: "p\(number)", password: nil, isAdministrator: false)
            guard case .person(let person) = desk.ask(.command(add)) else { throw Refused() }
            _ = desk.ask(.command(.addMember(.id(room.id), .id(person.id), .member)))
            var random = SecureRandom()
            let token = SessionToken.first(.key, of: LoginSessionID(at: now, random: &random))
            let session = LoginSession(
                id: token.session, person: person.id, epoch: person.sessionEpoch, kind: .key, name: "",
                createdAt: now, expiresAt: now.advanced(by: .seconds(3_600)), tokens: token.stored)
            _ = try desk.ask(.open(session, most: 100)).get()
            tokens.append(token.text)
        }
        return (room.id, tokens)
    }

    struct Refused: Error {}

    func end() {
        clients.stop()
        clientThread.join()
        threads.finish()
    }
}
