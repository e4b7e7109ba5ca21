import Chat
import Client
import Reactor
import Wire

/// What may happen in one step.
extension Simulation {
    func step() {
        passTime()
        switch dice.below(137) {
        case 0..<24: act()
        case 24..<50: bytesToServer(busy { $0.toServer.isEmpty }, whole: !dice.once(in: 3))
        case 50..<78: bytesToClient(busy { $0.toClient.isEmpty }, whole: !dice.once(in: 3))
        case 78..<98: server?.sequencerTurn()
        case 98..<116: loopTurn(busyLoop)
        case 116..<124: runJob()
        case 124..<129: store.release()
        case 129..<134: server?.retain(retention)
        default: misfortune()
        }
        followUp()
    }

    private func passTime() {
        now += Int64(dice.below(2_000)) * 1_000
        if dice.once(in: 60) { now += Int64(dice.below(120)) * 1_000_000 }
        if dice.once(in: 900) { now += Int64(dice.below(6)) * 1_000_000_000 }
        if dice.strikes(.clockStepped, onceIn: 400) { wallOffset += Int64(dice.below(8_000)) - 4_000 }
        tellTime()
    }

    /// What the moment brings by itself.
    func followUp() {
        if server?.hasFailed == true { restartAfterUnknown() }
        if server == nil, now >= restartAt { startServer() }
        server?.expire()
        for client in clients {
            if let deadline = client.machine.deadline, deadline <= moment {
                client.machine.timerFired(now: moment)
                settle(client)
            }
        }
        for index in clients.indices where clients[index].hasLostSession { replace(index) }
    }

    /// The refusals still go out; then the process ends as if by a power cut.
    private func restartAfterUnknown() {
        for loop in 0..<loops where !dice.once(in: 3) { loopTurn(loop) }
        for index in clients.indices where !dice.once(in: 3) { bytesToClient(index, whole: true) }
        powerCut()
    }

    // MARK: bytes

    /// One of the clients whose connection has something to move, if any has: a step is seldom wasted.
    private func busy(_ isIdle: (SimulatedSocket) -> Bool) -> Int {
        let busy = clients.indices.filter { clients[$0].socket.map { !isIdle($0) } ?? false }
        return dice.pick(busy) ?? dice.below(clients.count)
    }

    private var busyLoop: Int {
        guard let server else { return 0 }
        let busy = server.mailboxes.indices.filter { server.mailboxes[$0].count > 0 }
        return dice.pick(busy) ?? dice.below(loops)
    }

    func bytesToServer(_ index: Int, whole: Bool) {
        let client = clients[index]
        guard let server, let socket = client.socket, !socket.toServer.isEmpty else { return }
        guard let connection = server.connections.joined().first(where: { $0.socket === socket }),
            !connection.isStalled, !connection.outbox.isCongested
        else { return }
        let count = whole ? socket.toServer.count : 1 + dice.below(socket.toServer.count)
        if count < socket.toServer.count { dice.count(.bytesDelayed) }
        let bytes = Array(socket.toServer.prefix(count))
        socket.toServer.removeFirst(count)
        note(server.receive(bytes, connection))
    }

    func bytesToClient(_ index: Int, whole: Bool) {
        let client = clients[index]
        guard let socket = client.socket, socket.stalledUntil <= now else { return }
        if socket.toClient.isEmpty {
            if socket.isClosedByServer { lose(client, "closed by the server") }
            return
        }
        let count = whole ? socket.toClient.count : 1 + dice.below(socket.toClient.count)
        if count < socket.toClient.count { dice.count(.bytesDelayed) }
        let bytes = Array(socket.toClient.prefix(count))
        socket.toClient.removeFirst(count)
        client.machine.received(bytes.span, wallClock: wall, now: moment)
        settle(client)
        guard let server, let connection = server.connections.joined().first(where: { $0.socket === socket })
        else { return }
        connection.push(now: now)
        if connection.outbox.isEmpty { server.drained(connection) }
    }

    // MARK: the server's threads

    func loopTurn(_ loop: Int) {
        if let server { note(server.loopTurn(loop)) }
    }

    func runJob() {
        guard let server, !server.jobs.isEmpty else { return }
        server.jobs.remove(at: dice.below(server.jobs.count))()
    }

    // MARK: what goes wrong by itself

    private func misfortune() {
        let client = clients[dice.below(clients.count)]
        switch dice.below(16) {
        case 0:
            dice.count(.powerCut)
            powerCut()
        case 1..<9:
            if client.socket != nil {
                dice.count(.connectionCut)
                lose(client, "connection cut")
            }
        default:
            if let socket = client.socket {
                dice.count(.readerStalled)
                socket.stalledUntil = now + Int64(dice.below(1_500)) * 1_000_000
            }
        }
    }

    // MARK: what people do

    private static let roomNames = ["alpha", "beta", "gamma", "delta", "epsilon"]

    private func act() {
        let client = clients[dice.below(clients.count)]
        let room = dice.pick(client.openRooms)
        switch dice.below(40) {
        case 0..<20:
            if let room { client.send(to: room, bytes: dice.below(190), now: moment, wall: wall) }
        case 20..<26:
            client.open(dice.pick(Self.roomNames) ?? "alpha", recent: dice.once(in: 4), now: moment)
        case 26: client.close(now: moment)
        case 27..<30: client.sendAgain(dice.below(8), sameContent: !dice.once(in: 3), now: moment)
        case 30:
            let own = clients.filter { $0.person == client.person }.compactMap(\.session)
            if let session = dice.pick(own) { client.ask(.endSession(session), now: moment) }
        default:
            if let request = request(in: room) { client.ask(request, now: moment) }
        }
        settle(client)
    }

    private func request(in room: RoomID?) -> Request? {
        let name = dice.pick(Self.roomNames) ?? "alpha"
        let other = PersonReference.name(clients[dice.below(clients.count)].person)
        guard let room else {
            return .command(.createRoom(name: name, kind: dice.once(in: 4) ? .closed : .open))
        }
        switch dice.below(20) {
        case 0: return .command(.createRoom(name: name, kind: dice.once(in: 4) ? .closed : .open))
        case 1..<5: return .command(.removeMember(.id(room), other))
        case 5..<7: return .command(.addMember(.id(room), other, .member))
        case 7: return .command(.leave(.id(room)))
        case 8: return .command(.setRole(.id(room), other, dice.once(in: 2) ? .owner : .member))
        case 9:
            return .command(
                .changeSettings(.id(room), RequestedSettings(topic: "topic \(dice.below(9))")))
        case 10: return .command(.openDirect(with: other))
        case 11: return .listRooms(includePublic: true, after: nil)
        case 12: return .listMembers(.id(room), after: nil)
        case 13: return .showRoom(.id(room))
        case 14: return .command(.invite(.id(room), other))
        case 15: return .command(.withdrawInvitation(.id(room), other))
        case 16..<19:
            // Short, so that the rooms stay alive.
            let sanction = RequestedSanction(
                dice.once(in: 2) ? .ban : .mute, lasting: .seconds(5), isLifted: dice.once(in: 3))
            return .command(.sanction(.id(room), other, sanction))
        default:
            return .readHistory(
                HistoryRequest(room: room, after: UInt64(dice.below(20)), through: nil, maxEvents: 5))
        }
    }
}
