package import Chat
package import Reactor
package import Wire

/// One connection of one loop.
package struct ConnectionAddress: Hashable, Sendable {
    package let loop: Int
    package let channel: ChannelID

    package init(loop: Int, channel: ChannelID) {
        self.loop = loop
        self.channel = channel
    }
}

/// A request on its way to the sequencer: who asks, from where, and what.
package struct Envelope: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case connection(ConnectionAddress, PersonID)
        /// The control socket; the number finds the asker again.
        case control(UInt64)
        /// The server itself: nobody waits for an answer.
        case server
        /// The audit writer, which waits for no answer.
        case audit
        /// Whoever removes old history, by the number of its request.
        case retention
    }

    package enum Body: Hashable, Sendable {
        case command(Command)
        /// The first envelope of a connection that has authenticated: what was proved holds for this epoch of
        /// the person's sessions. The code that was shown is used up by it.
        case attach(epoch: UInt32, session: LoginSessionID, LoginChange?, code: CodeUse? = nil)
        /// A change of the asker's own second factor; answered by the recovery codes that come with it, which
        /// are kept nowhere, or by `Done` when there are none.
        case changeFactor(Command, telling: [String] = [])
        /// A key of the asker's own is about to be made: recorded first, then the asker's loop has it made.
        case makeKey(NewKey)
        /// Answered by the token, which is kept nowhere.
        case makeInvite(InviteOrder, token: String)
        /// The last one.
        case detach
        /// A session was closed: its connections end.
        case endSession(LoginSessionID, of: PersonID)
        case subscribe(CheckedSubscription)
        case unsubscribe(RoomID)
        /// How the person is to be seen, as far as this connection knows. Nothing is stored of it.
        case setPresence(Presence)
        /// Now and then: who has been away for a while is gone.
        case lookAround
        /// Answered by the asker's loop, which is told where to look.
        case search(SearchRequest)
        case listRooms(includePublic: Bool, after: RoomID?)
        case listMembers(RoomReference, after: PersonID?)
        case detailRoom(RoomReference)
        case listBlocks
        case listPeople(after: PersonID?)
        case showPerson(PersonReference)
        case showRoom(RoomReference)
        case listInvites(after: OpenInviteID?)
        /// The whole of it, for whoever exports it.
        case describeRoom(RoomReference)
        /// What the chat's state knows of a person, behind this key.
        case describePerson(PersonReference, after: String?)
        case describeDeletion(PersonID)
        case listDeletions
        /// The audit log has these: the outbox need not keep them.
        case audited([AuditRecordID])
    }

    package let origin: Origin
    /// The asker's own number for its request.
    package let request: UInt64
    package let body: Body
    /// How often a conflict has sent it back.
    package var attempts = 0

    package init(origin: Origin, request: UInt64, body: Body) {
        self.origin = origin
        self.request = request
        self.body = body
    }

    package var actor: Actor {
        switch origin {
        case .connection(_, let person): .person(person)
        case .control, .server, .audit, .retention: .operations
        }
    }

    /// The message that a send or a report is about.
    var target: EventPlace? {
        switch body {
        case .command(.send(let message)): message.target
        case .command(.report(let place, _)): place
        default: nil
        }
    }

    /// Up to where its room's messages are to be counted.
    var counted: EventPlace? {
        guard case .command(.markRead(let room, let sequence)) = body else { return nil }
        return EventPlace(room: room, sequence: sequence)
    }

    /// Roughly what it occupies while it waits, for the queue's limit in bytes.
    package var byteCount: Int {
        switch body {
        case .command(.send(let message)):
            // What it is about is read with it.
            let target = message.target == nil ? 0 : Limits.standard.bodyBytes
            // Everybody who is named is told.
            let crowd = message.content.namesEveryone ? Limits.standard.bodyBytes : 0
            return 256 + message.content.bodyCount + target + crowd
        case .command(.report): return 256 + Limits.standard.bodyBytes
        case .command(.removeHistory(let removal)): return 256 + removal.remembered.count * 40
        case .command(.eraseTraces(_, _, _, let traces)):
            return 256 + traces.events.reduce(0) { $0 + 256 + $1.event.content.count }
        case .audited(let ids): return 256 + ids.count * 16
        case .makeInvite(let order, _): return 256 + order.rooms.count * 256
        case .search(let search): return 256 + search.query.utf8.count
        case .command, .attach, .changeFactor, .makeKey, .setPresence, .lookAround, .detach, .endSession,
            .subscribe, .unsubscribe,
            .listRooms, .listMembers, .detailRoom, .listBlocks, .listPeople, .showPerson, .showRoom,
            .listInvites, .describeRoom, .describePerson, .describeDeletion, .listDeletions:
            return 256
        }
    }
}

/// What a login changes of the person, once the sequencer has accepted it.
package enum LoginChange: Hashable, Sendable {
    /// The hash of the invited person's choice.
    case chosen(String)
    /// A hash of the same password, at today's cost.
    case rehashed(String)
    /// What an identity provider says: a person to be made, or another role.
    case external(ExternalLogin)
    /// Somebody comes by an open invite: a person to be made.
    case newcomer(Newcomer)
}

/// What a client asks for when it begins to follow a room, with what it holds already compared with the
/// history.
package struct CheckedSubscription: Hashable, Sendable {
    package let room: RoomReference
    /// Join a public room first.
    package let join: Bool
    /// Whether the asker's session is good for joining; else only who is a member already goes on.
    package let mayJoin: Bool
    /// The last sequence the client holds; 0 for none.
    package let lastHeld: UInt64
    /// Of the history that it read; `nil` where it holds nothing.
    package let incarnation: Incarnation?
    /// The greatest of the client's checkpoints that this history contains, found before the request came
    /// here.
    package let common: Head

    package init(
        room: RoomReference, join: Bool, mayJoin: Bool = true, lastHeld: UInt64 = 0,
        incarnation: Incarnation? = nil, common: Head = .empty
    ) {
        self.room = room
        self.join = join
        self.mayJoin = mayJoin
        self.lastHeld = lastHeld
        self.incarnation = incarnation
        self.common = common
    }
}
