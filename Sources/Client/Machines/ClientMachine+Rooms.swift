import Chat
import Wire

/// What answers and notices mean for rooms and sends.
extension ClientMachine {
    func answered(_ number: UInt64, _ message: ServerMessage, now: Duration) {
        guard let asker = pending.removeValue(forKey: number) else { return }
        switch asker {
        case .send(let id): sendAnswered(id, message, now: now)
        case .subscription(let ticket): subscriptionAnswered(ticket, message, now: now)
        case .history(let ticket, let after, let through):
            historyAnswered(ticket, message, after: after, through: through, now: now)
        case .user(let ticket): tell(.answered(ticket, message))
        case .nobody: break
        }
    }

    func noticed(_ message: ServerMessage, now: Duration) {
        switch message {
        case .event(let event):
            guard let ticket = tickets[event.event.room] else { return }
            carryOut(rooms[ticket]?.replica?.pushed(event) ?? [], for: ticket)
        case .gap(let room, let head):
            guard let ticket = tickets[room] else { return }
            carryOut(rooms[ticket]?.replica?.gap(head) ?? [], for: ticket)
        case .unsubscribed(let room):
            guard let ticket = tickets[room], rooms[ticket]?.state != .known else { return }
            endRoom(ticket, .unsubscribed)
        case .room(let summary): tell(.added(summary))
        case .hello, .authenticated, .pong, .disconnect, .refused, .sent, .subscribed, .historyPage,
            .roomList,
            .memberList, .done, .draining, .unknown:
            break  // Not notices: the session lets none of these through.
        }
    }

    private func sendAnswered(_ id: SendID, _ message: ServerMessage, now: Duration) {
        if case .sent(let receipt) = message, receipt.send == id {
            if outgoing.acknowledge(id) { tell(.acknowledged(receipt)) }
            return
        }
        let refusal = Self.refusal(in: message)
        if outgoing.refuse(id, refusal, now: now) == .reported { tell(.sendRefused(id, refusal)) }
    }

    /// An answer of the wrong kind counts as a refusal.
    private static func refusal(in message: ServerMessage) -> RefusalNotice {
        if case .refused(let refusal) = message { return refusal }
        return RefusalNotice(Refusal(.unknownRequest, "the server's answer is none to this request"))
    }
}

extension ClientMachine {
    // MARK: rooms

    func forgetRoom(_ ticket: RoomTicket) {
        if let id = rooms[ticket]?.id, tickets[id] == ticket { tickets[id] = nil }
        rooms[ticket] = nil
    }

    func endRoom(_ ticket: RoomTicket, _ end: RoomEnd) {
        guard rooms[ticket] != nil else { return }
        forgetRoom(ticket)
        tell(.roomEnded(ticket, end))
    }

    /// Asks again for what waits and is due. Only while ready.
    func retryRooms(now: Duration) {
        for ticket in rooms.keys.sorted(by: { $0.number < $1.number }) {
            guard let room = rooms[ticket] else { continue }
            switch room.state {
            case .waiting(let until):
                guard now >= until else { continue }
                rooms[ticket]?.state = .subscribing
                ask(.subscribe(room.subscription), for: .subscription(ticket))
            case .paused(let until, let after, let through):
                guard now >= until else { continue }
                rooms[ticket]?.state = .subscribed
                readHistory(of: ticket, after: after, through: through)
            case .subscribing, .subscribed, .known: continue
            }
        }
    }

    private func subscriptionAnswered(_ ticket: RoomTicket, _ message: ServerMessage, now: Duration) {
        guard var room = rooms[ticket] else {
            // Closed while the answer was on its way.
            if case .subscribed(let subscription) = message, tickets[subscription.room.id] == nil {
                ask(.unsubscribe(subscription.room.id), for: .nobody)
            }
            return
        }
        guard case .subscribed(let subscription) = message else {
            let refusal = Self.refusal(in: message)
            guard refusal.mayRetry else { return endRoom(ticket, .refused(refusal)) }
            rooms[ticket]?.state = .waiting(until: now + (refusal.retryAfter ?? .milliseconds(250)))
            return
        }
        let id = subscription.room.id
        guard tickets[id] == nil || tickets[id] == ticket else {
            return endRoom(ticket, .refused(RefusalNotice(Refusal(.alreadySubscribed))))
        }
        if room.id == nil { tell(.opened(ticket, subscription.room)) }
        room.id = id
        tickets[id] = ticket
        guard room.follows else {
            room.state = .known
            rooms[ticket] = room
            return ask(.unsubscribe(id), for: .nobody)
        }
        var replica =
            room.replica
            ?? RoomReplica(
                room: id, start: room.start, bounds: configuration.replicaBounds, hashing: hashing)
        let steps = replica.subscribed(
            head: subscription.head, common: subscription.common, historyChanged: subscription.historyChanged)
        room.replica = replica
        room.incarnation = currentIncarnation
        room.state = .subscribed
        rooms[ticket] = room
        carryOut(steps, for: ticket)
    }

    private func historyAnswered(
        _ ticket: RoomTicket, _ message: ServerMessage, after: UInt64, through: UInt64, now: Duration
    ) {
        guard rooms[ticket] != nil else { return }
        if case .historyPage(let page) = message {
            return carryOut(rooms[ticket]?.replica?.history(page.events) ?? [], for: ticket)
        }
        let refusal = Self.refusal(in: message)
        guard refusal.mayRetry else { return endRoom(ticket, .refused(refusal)) }
        let until = now + (refusal.retryAfter ?? .milliseconds(250))
        rooms[ticket]?.state = .paused(until: until, after: after, through: through)
    }

    private func carryOut(_ steps: [RoomReplica.Action], for ticket: RoomTicket) {
        for step in steps {
            switch step {
            case .deliver(let event): tell(.event(ticket, event))
            case .readHistory(let after, let through): readHistory(of: ticket, after: after, through: through)
            case .forget(let after): tell(.forget(ticket, after: after))
            case .caughtUp(let head): tell(.caughtUp(ticket, head))
            case .fail(let fault):
                if let id = rooms[ticket]?.id { ask(.unsubscribe(id), for: .nobody) }
                endRoom(ticket, .broken(fault))
            }
        }
    }

    private func readHistory(of ticket: RoomTicket, after: UInt64, through: UInt64) {
        guard let id = rooms[ticket]?.id else { return }
        let request = HistoryRequest(
            room: id, after: after, through: through,
            maxEvents: min(configuration.historyPageEvents, statedPageEvents))
        ask(.readHistory(request), for: .history(ticket, after: after, through: through))
    }
}
