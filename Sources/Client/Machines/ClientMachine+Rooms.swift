import Chat
import Wire

/// What answers and notices mean for rooms and sends.
extension ClientMachine {
    func answered(_ number: UInt64, _ message: ServerMessage, now: Duration) {
        guard let asker = pending.removeValue(forKey: number) else { return }
        switch asker {
        case .send(let id): sendAnswered(id, message, now: now)
        case .subscription(let ticket):
            subscriptionAnswered(ticket, message, now: now)
            askRooms()
        case .unsubscription(let ticket):
            unsubscriptionAnswered(ticket, message, now: now)
            askRooms()
        case .history(let ticket, let after, let through):
            historyAnswered(ticket, message, after: after, through: through, now: now)
        case .user(let ticket): tell(.answered(ticket, message))
        case .reading(let room):
            if case .readPosition(let position) = message { return learned(position) }
            let refusal = Self.refusal(in: message)
            let moment = Self.moment(toRepeat: refusal, now: now) + Readings.pause
            readings.refused(room, retryAt: refusal.mayRetry ? moment : nil)
        case .nobody: break
        }
    }

    func noticed(_ message: ServerMessage, now: Duration) {
        switch message {
        case .event(let event):
            guard let ticket = holders[.id(event.event.room)] else { return }
            carryOut(rooms[ticket]?.replica?.pushed(event) ?? [], for: ticket)
        case .gap(let room, let head):
            guard let ticket = holders[.id(room)] else { return }
            carryOut(rooms[ticket]?.replica?.gap(head) ?? [], for: ticket)
        case .unsubscribed(let room):
            unsubscribed(room)
            askRooms()
        case .room(let summary): tell(.added(summary))
        case .readPosition(let position): learned(position)
        case .presence(let person, let presence): tell(.presence(person, presence))
        case .typing(let room, let person): tell(.typing(room, person))
        case .hello, .providerList, .authenticated, .pong, .disconnect, .refused, .sent, .subscribed,
            .historyPage, .roomList, .memberList, .blockList, .roomDetails, .searchResults, .sessionList,
            .keyMade, .factorOffer, .recoveryCodes, .inviteMade, .done, .draining, .rekeyed, .unknown:
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
    static func refusal(in message: ServerMessage) -> RefusalNotice {
        if case .refused(let refusal) = message { return refusal }
        return RefusalNotice(Refusal(.unknownRequest, "the server's answer is none to this request"))
    }

    /// When what was refused for now is to be asked again.
    static func moment(toRepeat refusal: RefusalNotice, now: Duration) -> Duration {
        now + (refusal.retryAfter ?? .milliseconds(250))
    }
}

/// Reading what rooms hold.
extension ClientMachine {
    /// Asks again for what was refused and is due. Only while ready.
    func retryRooms(now: Duration) {
        for ticket in rooms.keys.sorted(by: { $0.number < $1.number }) {
            guard let room = rooms[ticket], let pause = room.pause, now >= pause else { continue }
            rooms[ticket]?.pause = nil
            guard case .paused(let after, let through) = room.state else { continue }
            rooms[ticket]?.state = .subscribed
            readHistory(of: ticket, after: after, through: through)
        }
        askRooms()
    }

    private func historyAnswered(
        _ ticket: RoomTicket, _ message: ServerMessage, after: UInt64, through: UInt64, now: Duration
    ) {
        guard rooms[ticket]?.state == .subscribed else { return }
        if case .historyPage(let page) = message {
            let steps = rooms[ticket]?.replica?.history(page.events, first: page.first)
            return carryOut(steps ?? [], for: ticket)
        }
        let refusal = Self.refusal(in: message)
        guard refusal.mayRetry else {
            endRoom(ticket, .refused(refusal))
            return askRooms()
        }
        rooms[ticket]?.state = .paused(after: after, through: through)
        rooms[ticket]?.pause = Self.moment(toRepeat: refusal, now: now)
    }

    func carryOut(_ steps: [RoomReplica.Action], for ticket: RoomTicket) {
        for step in steps {
            switch step {
            case .deliver(let event): tell(.event(ticket, event))
            case .readHistory(let after, let through): readHistory(of: ticket, after: after, through: through)
            case .forget(let after): tell(.forget(ticket, after: after))
            case .caughtUp(let head): tell(.caughtUp(ticket, head))
            case .fail(let fault):
                endRoom(ticket, .broken(fault))
                askRooms()
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
