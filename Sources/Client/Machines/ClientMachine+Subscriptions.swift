import Chat
import Wire

/// Subscribing to rooms and unsubscribing from them; `FollowedRoom.State` lists where a room can stand.
///
/// The server may take such requests in another order than they were sent in: a `Subscribe` that names what
/// is held waits for the disk, and what comes after it does not. So one request at a time is under way about
/// a room. What the user wants meanwhile is noted, and compared with what is when the answer comes.
extension ClientMachine {
    /// Asks what may be asked now. To be called whenever that may have become more.
    ///
    /// A name may be any room's, so nothing is asked by name while anything is asked by id, nor the other way
    /// round. Several names go together, and several ids: if two names are one room's, the second is refused.
    func askRooms() {
        guard isReady else { return }
        let due = rooms.filter { $0.value.isDue }.keys.sorted { $0.number < $1.number }
        guard !due.isEmpty else { return }
        unsubscribe(due.filter { rooms[$0]?.state == .unwanted })
        subscribe(due.filter { rooms[$0]?.state == .wanted })
    }

    private func unsubscribe(_ due: [RoomTicket]) {
        guard !rooms.values.contains(where: \.isAskedByName) else { return }
        for ticket in due {
            guard let id = rooms[ticket]?.id else { continue }
            rooms[ticket]?.state = .unsubscribing
            ask(.unsubscribe(id), for: .unsubscription(ticket))
        }
    }

    private func subscribe(_ due: [RoomTicket]) {
        var isAskedByName = rooms.values.contains(where: \.isAskedByName)
        var isAskedByID = rooms.values.contains(where: \.isAskedByID)
        for ticket in due {
            guard let room = rooms[ticket] else { continue }
            if let holder = holders[room.target] {
                // It has its turn when the other one has left, unless that one stays.
                if rooms[holder]?.isFollowed == true { endAsDouble(ticket) }
                continue
            }
            // Whoever has to wait holds back those behind him, so that nobody waits for ever.
            guard room.isNamed ? !isAskedByID : !isAskedByName else { return }
            rooms[ticket]?.state = .subscribing
            holders[room.target] = ticket
            ask(.subscribe(room.subscription), for: .subscription(ticket))
            isAskedByName = isAskedByName || rooms[ticket]?.isAskedByName == true
            isAskedByID = isAskedByID || rooms[ticket]?.isAskedByID == true
        }
    }

    // MARK: answers

    func subscriptionAnswered(_ ticket: RoomTicket, _ message: ServerMessage, now: Duration) {
        guard var room = rooms[ticket] else { return }
        guard case .subscribed(let subscription) = message, room.canBe(subscription.room.id) else {
            return subscriptionRefused(ticket, Self.refusal(in: message), now: now)
        }
        let id = subscription.room.id
        holders[room.target] = nil
        guard holders[.id(id)] == nil else {
            // A server that keeps its word has refused this one.
            rooms[ticket]?.state = .wanted
            return endAsDouble(ticket)
        }
        holders[.id(id)] = ticket
        if room.id == nil, !room.isClosed { tell(.opened(ticket, subscription.room)) }
        room.id = id
        guard room.follows, !room.isClosed else {
            room.state = .unwanted
            rooms[ticket] = room
            return
        }
        var replica =
            room.replica
            ?? RoomReplica(
                room: id, start: room.start, bounds: configuration.replicaBounds, hashing: hashing)
        let steps = replica.subscribed(
            head: subscription.head, common: subscription.common, historyChanged: subscription.historyChanged,
            first: subscription.room.first)
        room.replica = replica
        room.incarnation = currentIncarnation
        room.state = .subscribed
        rooms[ticket] = room
        carryOut(steps, for: ticket)
    }

    /// The server has no subscription for this ticket.
    func subscriptionRefused(_ ticket: RoomTicket, _ refusal: RefusalNotice, now: Duration) {
        guard let room = rooms[ticket] else { return }
        holders[room.target] = nil
        rooms[ticket]?.state = .wanted
        guard !room.isClosed else {
            rooms[ticket] = nil
            return
        }
        if refusal.code == .alreadySubscribed, room.isNamed, rooms.values.contains(where: \.isUnwanted) {
            // The name may be that of a room which is about to be left: it is asked for again after that.
            return
        }
        guard refusal.mayRetry else { return endRoom(ticket, .refused(refusal)) }
        rooms[ticket]?.pause = Self.moment(toRepeat: refusal, now: now)
    }

    /// `Done`, or a refusal that says that there is no such subscription: the person was removed before.
    func unsubscriptionAnswered(_ ticket: RoomTicket, _ message: ServerMessage, now: Duration) {
        if case .refused(let refusal) = message, refusal.mayRetry {
            rooms[ticket]?.state = .unwanted
            rooms[ticket]?.pause = Self.moment(toRepeat: refusal, now: now)
            return
        }
        hasLeft(ticket)
    }

    /// The server ended the subscription: the person is no member any more.
    func unsubscribed(_ id: RoomID) {
        guard let ticket = holders[.id(id)], let room = rooms[ticket] else { return }
        switch room.state {
        case .subscribed, .paused:
            holders[.id(id)] = nil
            rooms[ticket]?.state = .wanted
            endRoom(ticket, .unsubscribed)
        case .unwanted: hasLeft(ticket)
        case .subscribing, .unsubscribing: break  // The answer is on its way, and says how it is.
        case .wanted, .known: break  // There was no subscription.
        }
    }

    private func hasLeft(_ ticket: RoomTicket) {
        guard let room = rooms[ticket] else { return }
        holders[room.target] = nil
        rooms[ticket]?.pause = nil
        if room.isClosed { rooms[ticket] = nil } else { rooms[ticket]?.state = .known }
    }

    // MARK: ends

    func endRoom(_ ticket: RoomTicket, _ end: RoomEnd) {
        guard rooms[ticket]?.isClosed == false else { return }
        closeRoom(ticket)
        tell(.roomEnded(ticket, end))
    }

    /// Forgets a room, at once or as soon as it has left the server.
    func closeRoom(_ ticket: RoomTicket) {
        if rooms[ticket]?.isNotInServer == true { rooms[ticket] = nil } else { rooms[ticket]?.close() }
    }

    /// The room is followed under another ticket.
    private func endAsDouble(_ ticket: RoomTicket) {
        endRoom(ticket, .refused(RefusalNotice(Refusal(.alreadySubscribed))))
    }
}
