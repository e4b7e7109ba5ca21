import Chat
import Wire

/// Answers what askers may know of people and rooms. Pages are ordered by id and bounded.
struct Directory {
    let chat: ChatState
    private let presence: (PersonID) -> Presence

    /// `presence` is asked for who is there, in lists of members.
    init(chat: ChatState, presence: @escaping (PersonID) -> Presence = { _ in .offline }) {
        self.chat = chat
        self.presence = presence
    }

    func answer(_ envelope: Envelope, now: Timestamp) -> Answer {
        do throws(Refusal) {
            switch envelope.body {
            case .listRooms(let includePublic, let after): return rooms(includePublic, after, envelope.actor)
            case .listMembers(let room, let after): return try members(of: room, after, envelope.actor)
            case .detailRoom(let room): return try details(of: room, envelope.actor)
            case .listBlocks: return blocks(of: envelope.actor)
            case .listPeople(let after): return people(after)
            case .listInvites(let after): return invites(after, now)
            case .showPerson(let reference):
                guard let person = chat.person(reference) else { throw Refusal(.unknownPerson) }
                return .person(person)
            case .showRoom(let reference):
                let room = try chat.visibleRoom(reference, to: envelope.actor)
                guard let summary = summary(of: room.room.id, for: envelope.actor) else {
                    throw Refusal(.unknownRoom)
                }
                return .message(.room(summary))
            case .describeRoom(let reference):
                return .history(try chat.visibleRoom(reference, to: envelope.actor))
            case .describePerson(let reference, let after): return try facts(of: reference, after)
            case .describeDeletion(let person): return try deletion(of: person)
            case .listDeletions: return .deletions(chat.deletions.values.sorted { $0.person < $1.person })
            case .command, .attach, .changeFactor, .makeKey, .makeInvite, .detach, .endSession, .subscribe,
                .unsubscribe, .setPresence, .lookAround, .search, .audited:
                preconditionFailure("Directory: asked for a change")
            }
        } catch {
            return .refused(error)
        }
    }

    /// Where somebody may look for what is asked, as of now.
    func order(_ search: SearchRequest, for person: PersonID) throws(Refusal) -> SearchOrder {
        var author: PersonID?
        if let reference = search.author {
            guard let found = chat.person(reference) else { throw Refusal(.unknownPerson) }
            author = found.id
        }
        var rooms: [RoomID: VisibleRange] = [:]
        if let reference = search.room {
            let room = try chat.visibleRoom(reference, to: .person(person)).room.id
            guard let range = chat.visibleRange(of: room, to: person) else { throw Refusal(.notAMember) }
            rooms[room] = range
        } else {
            for room in chat.rooms(of: person) { rooms[room] = chat.visibleRange(of: room, to: person) }
        }
        let query = SearchQuery(
            text: search.query, author: author, since: search.since, until: search.until)
        return SearchOrder(query: query, rooms: rooms, before: search.cursor, max: search.max)
    }

    func summary(of room: RoomID, for actor: Actor) -> RoomSummary? {
        guard let state = chat.rooms[room] else { return nil }
        return RoomSummary(
            id: room, kind: state.room.kind, name: name(of: state.room, for: actor), topic: state.room.topic,
            isArchived: state.room.isArchived, role: state.role(of: actor.author), head: state.head.sequence,
            members: state.members.count, first: first(in: state, for: actor),
            isInvited: state.outsiders[actor.author]?.isInvited ?? false,
            reading: chat.readPosition(of: actor.author, in: room))
    }

    /// Whoever operates the server reads all; a stranger to a public room sees how it will be once in it.
    private func first(in state: RoomState, for actor: Actor) -> UInt64 {
        guard case .person(let person) = actor else { return state.first }
        return state.firstVisible(to: person)
    }

    func name(of room: Room, for actor: Actor) -> String {
        if let name = room.name { return name.displayed }
        guard let pair = room.pair else { return "" }
        return chat.people[pair.lesser == actor.author ? pair.greater : pair.lesser]?.name.displayed ?? ""
    }

    private func rooms(_ includePublic: Bool, _ after: RoomID?, _ actor: Actor) -> Answer {
        let visible: [RoomID]
        switch actor {
        case .operations:
            visible = Array(chat.rooms.keys)
        case .person(let person):
            let others = chat.rooms.values.filter { state in
                state.outsiders[person]?.isInvited == true || includePublic && state.isListed
            }
            visible = Array(chat.rooms(of: person).union(others.map(\.room.id)))
        }
        let page = page(of: visible, after)
        let rooms = page.ids.compactMap { summary(of: $0, for: actor) }
        return .message(.roomList(fitting: rooms, into: chat.limits.frameBytes, more: page.more))
    }

    private func members(of reference: RoomReference, _ after: PersonID?, _ actor: Actor) throws(Refusal)
        -> Answer
    {
        let state = try chat.visibleRoom(reference, to: actor)
        // Whoever is invited into a private room sees that it is there, and no more.
        guard actor == .operations || state.room.kind == .open || state.members[actor.author] != nil else {
            throw Refusal(.notAMember)
        }
        let page = page(of: Array(state.members.keys), after)
        let members = page.ids.compactMap { id -> MemberSummary? in
            guard let person = chat.people[id], let member = state.members[id] else { return nil }
            return MemberSummary(
                person: PersonSummary(person), role: member.role, mutedUntil: member.mutedUntil,
                presence: presence(id))
        }
        return .message(.memberList(members, more: page.more))
    }

    private func details(of reference: RoomReference, _ actor: Actor) throws(Refusal) -> Answer {
        let state = try chat.visibleRoom(reference, to: actor)
        guard actor == .operations || state.members[actor.author] != nil else { throw Refusal(.notAMember) }
        let first = first(in: state, for: actor)
        return .message(
            .roomDetails(
                RoomDetails(
                    rules: state.room.rules, mutedUntil: state.members[actor.author]?.mutedUntil,
                    pins: state.pins.filter { $0 >= first })))
    }

    private func blocks(of actor: Actor) -> Answer {
        let blocked = (chat.blocks[actor.author] ?? []).sorted().compactMap { chat.people[$0] }
        return .message(.blockList(blocked.map { PersonSummary($0) }))
    }

    private func people(_ after: PersonID?) -> Answer {
        let page = page(of: Array(chat.people.keys), after)
        return .people(page.ids.compactMap { chat.people[$0] }, more: page.more)
    }

    /// Expired ones are gone, though they may still wait to be removed.
    private func invites(_ after: OpenInviteID?, _ now: Timestamp) -> Answer {
        let open = chat.openInvites.values.filter { $0.expiresAt > now }.map(\.id)
        let page = page(of: open, after, most: chat.limits.openInvitesListed)
        let listed = page.ids.compactMap { chat.openInvites[$0] }.map { invite in
            ListedInvite(
                invite: invite, rooms: invite.rooms.compactMap { chat.rooms[$0]?.room.name?.displayed },
                maker: chat.people[invite.maker.author]?.name.displayed)
        }
        return .invites(listed, more: page.more)
    }

    private func page<Subject>(
        of ids: [Identifier<Subject>], _ after: Identifier<Subject>?, most: Int? = nil
    ) -> (ids: [Identifier<Subject>], more: Bool) {
        let later = ids.filter { id in after.map { id > $0 } ?? true }.sorted()
        let most = most ?? chat.limits.listEntries
        return (Array(later.prefix(most)), later.count > most)
    }
}

extension RoomState {
    fileprivate var isListed: Bool { room.kind == .open && !room.isArchived }
}

extension PersonSummary {
    init(_ person: Person) {
        self.init(id: person.id, name: person.name.displayed, isAdministrator: person.isAdministrator)
    }
}
