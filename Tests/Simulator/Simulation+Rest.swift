import Chat
import Client
import Wire

/// The end of a run: no more faults, and everybody must come to hold the same.
extension Simulation {
    func comeToRest() {
        dice.isCalm = true
        for client in clients { client.socket?.stalledUntil = 0 }
        settleDown()
        // And the same again from the disk alone.
        powerCut()
        settleDown()
    }

    private func settleDown() {
        var quiet = 0
        for _ in 0..<3_000 where judge.violation == nil {
            now += 2_000_000
            tellTime()
            followUp()
            for index in clients.indices { bytesToServer(index, whole: true) }
            server?.sequencerTurn()
            while store.heldAppends > 0 { store.release() }
            while server?.jobs.isEmpty == false { runJob() }
            for loop in 0..<loops { loopTurn(loop) }
            for index in clients.indices { bytesToClient(index, whole: true) }
            server?.checkBounds()
            quiet = isAtRest ? quiet + 1 : 0
            if quiet == 3 { return compare() }
        }
        judge.accuse(.progress, "the run does not come to rest")
    }

    private var isAtRest: Bool {
        guard let server, !server.hasWork, server.connections.joined().allSatisfy({ $0.gaps.isEmpty }) else {
            return false
        }
        return clients.allSatisfy { client in
            client.machine.isReady && client.machine.unacknowledged == 0
                && client.socket?.toClient.isEmpty == true && client.socket?.toServer.isEmpty == true
                && client.followed.allSatisfy { $0.isLive }
        }
    }

    /// Whoever follows a room holds all of it, and is its member; the server pushes nothing else to him.
    private func compare() {
        checkLink()
        for client in clients {
            let connection = server?.connections.joined().first { $0.socket === client.socket }
            judge.require(
                connection.map { Set($0.rooms.keys) } == Set(client.openRooms), .progress,
                "at rest the server's subscriptions are not those of the client")
            guard let person = client.personID else { continue }
            for room in client.followed {
                guard let id = room.id else { continue }
                let head = ledger.head(of: id).sequence
                judge.require(
                    room.last == head, .ordered,
                    "at rest a client holds \(room.last ?? 0) of \(head) events")
                judge.require(
                    ledger.isMember(person, of: id), .removed,
                    "at rest somebody who is no member follows a room")
            }
        }
    }
}
