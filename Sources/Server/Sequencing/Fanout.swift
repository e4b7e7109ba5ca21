import Chat
import Wire

/// Turns a stored batch into what each loop has to do: each event is encoded once, whoever gets it, and each
/// loop with a subscriber gets it once.
struct Fanout {
    var output: SequencerOutput
    var subscribers: SubscriberTable
    let chat: ChatState
    /// Whom this batch's messages name and who is there to be told, each once.
    private var mentioned: [RoomID: Set<PersonID>] = [:]
    private var named: [(room: RoomID, person: PersonID)] = []

    init(chat: ChatState, subscribers: SubscriberTable, loopCount: Int) {
        self.chat = chat
        self.subscribers = subscribers
        output = SequencerOutput(loopCount: loopCount)
    }

    /// After the last of a batch.
    mutating func end() {
        for (room, person) in named { tellPosition(in: room, to: person) }
        named = []
    }

    /// In the order in which the requests were applied.
    mutating func add(_ pending: Pending) {
        for event in pending.events { add(event) }
        switch pending.envelope.origin {
        case .server:
            switch pending.effect {
            case .endSession(let session, let person): disconnect(session, of: person)
            case .lookAround:
                for (person, presence) in subscribers.lookAround(most: chat.limits.presencesToldAtOnce) {
                    tell(presence, of: person)
                }
            default: break
            }
        case .control(let request):
            output.control.append(ControlAnswer(request: request, answer: pending.answer))
            if case .end(let person, let code) = pending.effect { disconnect(person, code) }
        case .audit: break
        case .retention:
            output.retention.append(
                ControlAnswer(request: pending.envelope.request, answer: pending.answer))
            noteRemoval(pending)
        case .connection(let connection, let person):
            answer(pending, to: connection, person)
        }
    }

    private mutating func noteRemoval(_ pending: Pending) {
        guard case .command(.removeHistory(let removal)) = pending.envelope.body else { return }
        if case .refused = pending.answer { return }
        output.anchors[removal.room] = removal.through.sequence
    }

    private mutating func answer(_ pending: Pending, to connection: ConnectionAddress, _ person: PersonID) {
        let request = pending.envelope.request
        switch pending.effect {
        case .attach(let result, let session, let endsOthers):
            if endsOthers { disconnect(person, .sessionRevoked) }
            if case .success = result { subscribers.attach(connection, as: person, of: session) }
            output.loops[connection.loop].append(.attached(connection.channel, request: request, result))
            subscribers.notePresence(of: person)
        case .detach:
            subscribers.detach(connection)
            subscribers.notePresence(of: person)
        case .presence(let presence):
            subscribers.set(presence, by: connection)
            send(pending.answer, request, to: connection)
            subscribers.notePresence(of: person)
        case .read(let room):
            send(pending.answer, request, to: connection)
            tellPosition(in: room, to: person, besides: connection)
        case .mentioned(let people):
            send(pending.answer, request, to: connection)
            guard let room = pending.room else { break }
            // Told once for a batch, at its end.
            for person in people where !subscribers.connections(of: person).isEmpty {
                if mentioned[room, default: []].insert(person).inserted { named.append((room, person)) }
            }
        case .subscribe(let room, let head, let first):
            // The connection may have closed since; its detach is on the way.
            guard subscribers.isAttached(connection) else { return }
            guard subscribers.subscriptionCount(of: connection) < chat.limits.subscriptionsOfAConnection
            else {
                return send(.refused(Refusal(.tooMany)), request, to: connection)
            }
            guard subscribers.subscribe(connection, to: room) else {
                return send(.refused(Refusal(.alreadySubscribed)), request, to: connection)
            }
            let bytes = ServerMessageEncoder.encode(pending.answer.message, request: request)
            output.loops[connection.loop].append(
                .subscribe(connection.channel, room, head: head, first: first, bytes))
            if let position = chat.readPosition(of: person, in: room) {
                let bytes = ServerMessageEncoder.encode(.readPosition(position))
                output.loops[connection.loop].append(.message(connection.channel, bytes, settles: false))
            }
        case .unsubscribe(let room):
            guard subscribers.unsubscribe(connection, from: room) else {
                return send(.refused(Refusal(.notSubscribed)), request, to: connection)
            }
            let bytes = ServerMessageEncoder.encode(.done, request: request)
            output.loops[connection.loop].append(.unsubscribe(connection.channel, room, bytes, settles: true))
        case .end(let person, let code):
            send(pending.answer, request, to: connection)
            disconnect(person, code)
        case .makeKey(let key, let owner):
            output.loops[connection.loop].append(
                .makeKey(connection.channel, request: request, key, of: owner))
        case .search(let order):
            output.loops[connection.loop].append(.search(connection.channel, request: request, order))
        case .none, .endSession, .lookAround:
            send(pending.answer, request, to: connection)
        }
    }

    private mutating func add(_ event: Event) {
        output.heads[event.room] = event.sequence
        let author = chat.people[event.author]?.name.displayed ?? ""
        var bytes: [UInt8]?
        let head = Head(sequence: event.sequence, link: event.link)
        subscribers.forEachLoop(of: event.room) { loop in
            let encoded = bytes ?? ServerMessageEncoder.event(HistoryEvent(event: event, authorName: author))
            bytes = encoded
            output.loops[loop].append(.event(event.room, head: head, encoded))
        }
        guard event.sendID == nil else { return }
        switch ContentCodec().decode(event.content) {
        case .membership(let change):
            if change.role == nil {
                endSubscriptions(of: change.person, to: event.room)
            } else {
                announce(event.room, to: change.person)
            }
        case .invitation(let change) where !change.isWithdrawn: announce(event.room, to: change.person)
        case .settings: tellVisibility(of: event.room)
        default: break
        }
    }

    /// Nobody gets n + 1 of a room that he was removed from at n.
    private mutating func endSubscriptions(of person: PersonID, to room: RoomID) {
        let bytes = ServerMessageEncoder.encode(.unsubscribed(room))
        for connection in subscribers.connections(of: person)
        where subscribers.unsubscribe(connection, from: room) {
            output.loops[connection.loop].append(
                .unsubscribe(connection.channel, room, bytes, settles: false))
        }
    }

    /// How much of the history its followers read may have changed.
    private mutating func tellVisibility(of room: RoomID) {
        guard let state = chat.rooms[room] else { return }
        for person in state.members.keys {
            let first = state.firstVisible(to: person)
            for connection in subscribers.connections(of: person)
            where subscribers.isSubscribed(connection, to: room) {
                output.loops[connection.loop].append(.visible(connection.channel, room, first: first))
            }
        }
    }

    /// Tells a person's connections of a room that he has become a member of, or is invited into.
    private mutating func announce(_ room: RoomID, to person: PersonID) {
        guard let summary = Directory(chat: chat).summary(of: room, for: .person(person)) else { return }
        for connection in subscribers.connections(of: person) {
            let bytes = ServerMessageEncoder.encode(.room(summary))
            output.loops[connection.loop].append(.message(connection.channel, bytes, settles: false))
        }
    }

    private mutating func disconnect(_ person: PersonID, _ code: DisconnectCode) {
        let detail = code == .sessionRevoked ? "the password was changed" : ""
        for connection in subscribers.connections(of: person) {
            output.loops[connection.loop].append(.disconnect(connection.channel, code, detail))
        }
    }

    private mutating func disconnect(_ session: LoginSessionID, of person: PersonID) {
        for connection in subscribers.connections(of: person, session: session) {
            output.loops[connection.loop].append(
                .disconnect(connection.channel, .sessionRevoked, "the session was closed"))
        }
    }

    private mutating func send(_ answer: Answer, _ request: UInt64, to connection: ConnectionAddress) {
        let bytes = ServerMessageEncoder.encode(answer.message, request: request)
        output.loops[connection.loop].append(.message(connection.channel, bytes, settles: true))
    }
}
