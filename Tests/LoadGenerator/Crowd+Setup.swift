import Chat
import Native
import Reactor
import Wire

/// Connecting, logging in, and finding together in rooms.
extension Crowd {
    /// Handshakes and logins at one time.
    private static let openAtOnce = 64

    func connectMore() {
        guard case .connecting(let goal) = task else { return }
        while opening < Self.openAtOnce, started < goal {
            do throws(IOError) {
                let channel = try context.connect(to: plan.server, security: plan.security)
                let client = LoadClient(
                    number: started, token: plan.tokens[started % plan.tokens.count], channel: channel,
                    sealing: sealing)
                channel.attachment = client
                clients.append(client)
                opening += 1
                started += 1
            } catch {
                return fail("no connection: \(error)")
            }
        }
        if ready == goal { finish() }
    }

    func answered(_ client: LoadClient, _ request: UInt64, _ message: ServerMessage) {
        switch message {
        case .hello(let hello):
            guard client.begin(hello) else { return fail("the server does not seal as it must") }
            client.say(.authenticate(.token(client.token)), request: nextRequest())
        case .authenticated:
            opening -= 1
            ready += 1
            connectMore()
        case .gap(_, let head): missed(client, through: head.sequence)
        case .disconnect(let notice): fail("disconnected: \(notice.name) \(notice.detail)")
        case .refused(let refusal): refused(client, refusal)
        default: if request != 0 { gathered(client, message) }
        }
    }

    // MARK: rooms

    func gather(roomSize: Int, subscribe: Bool) {
        self.roomSize = roomSize
        subscribes = subscribe
        rooms = []
        gathering += 1
        let count = clients.count / roomSize
        for client in clients {
            client.room = nil
            client.isSubscribed = false
        }
        task = .gathering(.create, waiting: count)
        for index in 0..<count {
            let name = "load-\(plan.seed)-\(gathering)-\(index)"
            clients[index * roomSize].say(
                .request(.command(.createRoom(name: name, kind: .open))), request: nextRequest())
        }
    }

    private func gathered(_ client: LoadClient, _ message: ServerMessage) {
        guard case .gathering(let step, let waiting) = task else { return }
        switch (step, message) {
        case (.create, .room(let room)):
            client.room = rooms.count
            let first = client.number
            rooms.append(LoadRoom(id: room.id, members: first..<first + roomSize))
        case (.subscribe, .subscribed(let subscription)):
            client.isSubscribed = true
            client.lastSequence = subscription.head.sequence
            if let room = client.room { rooms[room].head = max(rooms[room].head, client.lastSequence) }
        default: break
        }
        task = .gathering(step, waiting: waiting - 1)
        if waiting == 1 { next(after: step) }
    }

    private func next(after step: GatherStep) {
        switch step {
        case .create:
            var joining: [LoadClient] = []
            for (index, room) in rooms.enumerated() {
                for member in room.members where clients[member].room == nil {
                    clients[member].room = index
                    joining.append(clients[member])
                }
            }
            begin(.join, joining) { room in .command(.join(.id(room))) }
        case .join:
            guard subscribes else { return finish() }
            begin(.subscribe, clients.filter { $0.room != nil }) { room in
                .subscribe(SubscribeRequest(room: .id(room)))
            }
        case .subscribe:
            finish()
        }
    }

    private func begin(_ step: GatherStep, _ asking: [LoadClient], _ request: (RoomID) -> Request) {
        task = .gathering(step, waiting: asking.count)
        guard !asking.isEmpty else { return next(after: step) }
        for client in asking {
            guard let room = client.room else { continue }
            client.say(.request(request(rooms[room].id)), request: nextRequest())
        }
    }

    private func refused(_ client: LoadClient, _ refusal: RefusalNotice) {
        switch task {
        case .loading: load?.outcome.refused += 1
        case .none: break
        case .gathering(.join, _) where refusal.name.hasPrefix("already"):
            // One person's second connection: the first has joined.
            gathered(client, .done)
        case .connecting, .gathering: fail("refused: \(refusal.name) \(refusal.detail)")
        }
    }
}
