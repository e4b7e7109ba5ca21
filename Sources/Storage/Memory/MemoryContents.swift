import Chat

/// What a memory store holds: a value, so that a moment of it can be kept and returned to.
struct MemoryContents: Sendable {
    struct Room: Sendable {
        var settings: Chat.Room
        var members: [PersonID: Member] = [:]
        var outsiders: [PersonID: Outsider] = [:]
        var pins: [UInt64] = []
        /// The event of sequence n is at n - 1.
        var events: [Event] = []
        /// Of messages, by their sequences.
        var edits: [UInt64: [Erasure]] = [:]

        mutating func apply(_ change: StandingChange) {
            members[change.person] = nil
            outsiders[change.person] = nil
            switch change.standing {
            case .member(let member): members[change.person] = member
            case .outsider(let outsider): outsiders[change.person] = outsider
            case nil: break
            }
        }

        var head: Head { events.last.map { Head(sequence: $0.sequence, link: $0.link) } ?? .empty }

        var stored: StoredState.StoredRoom {
            StoredState.StoredRoom(
                room: settings, head: head, lastAt: events.last?.at ?? settings.createdAt, members: members,
                outsiders: outsiders, pins: pins)
        }
    }

    let incarnation: Incarnation
    private(set) var people: [PersonID: Person] = [:]
    private(set) var rooms: [RoomID: Room] = [:]
    private(set) var peopleByName: [String: PersonID] = [:]
    private(set) var sends: [SendKey: Event] = [:]
    private(set) var identities: [ExternalIdentity: IdentityLink] = [:]
    private(set) var invites: [OpenInviteID: OpenInvite] = [:]
    private(set) var blocks: Set<Block> = []
    private(set) var deletions: [PersonID: PersonDeletion] = [:]
    private(set) var outbox: [AuditRecord] = []

    init(incarnation: Incarnation) {
        self.incarnation = incarnation
    }

    /// Stores all but the rooms whose head is not as expected, and those of `refused`; answers both.
    mutating func apply(_ batch: Batch, refusing refused: Set<RoomID> = []) -> [RoomID] {
        for person in batch.people {
            if let earlier = people.updateValue(person, forKey: person.id) {
                peopleByName[earlier.name.unique] = nil
            }
            peopleByName[person.name.unique] = person.id
        }
        for change in batch.identities { identities[change.identity] = change.link }
        for change in batch.invites { invites[change.id] = change.invite }
        for block in batch.blocks {
            let pair = Block(person: block.person, blocked: block.blocked)
            if block.isLifted { blocks.remove(pair) } else { blocks.insert(pair) }
        }
        for deletion in batch.deletions { deletions[deletion.person] = deletion }
        outbox += batch.audit
        if !batch.audited.isEmpty {
            let audited = Set(batch.audited)
            outbox.removeAll { audited.contains($0.id) }
        }
        var conflicts: [RoomID] = []
        for change in batch.rooms {
            let head = rooms[change.room]?.head ?? .empty
            if head != change.expecting || refused.contains(change.room) {
                conflicts.append(change.room)
            } else {
                apply(change)
            }
        }
        return conflicts
    }

    private mutating func apply(_ change: RoomBatch) {
        _ = change.headAfter
        if let settings = change.settings {
            rooms[change.room, default: Room(settings: settings)].settings = settings
        }
        precondition(rooms[change.room] != nil, "a room's first batch must bring its settings")
        for standing in change.standings { rooms[change.room]?.apply(standing) }
        for pin in change.pins {
            rooms[change.room]?.pins.removeAll { $0 == pin.target }
            if !pin.isRemoved { rooms[change.room]?.pins.append(pin.target) }
        }
        rooms[change.room]?.events.append(contentsOf: change.events)
        outbox += change.audit
        for event in change.events {
            guard let send = event.sendID else { continue }
            sends[SendKey(person: event.author, send: send)] = event
        }
        for edit in change.edits { rooms[change.room]?.edits[edit.target, default: []].append(edit.erasure) }
        for erasure in change.erasures { erase(erasure, in: change.room) }
        for deletion in change.deletions { deletions[deletion.person] = deletion }
    }

    private mutating func erase(_ erasure: Erasure, in room: RoomID) {
        guard let event = event(at: EventPlace(room: room, sequence: erasure.sequence)) else {
            preconditionFailure("what is not there cannot be erased")
        }
        let erased = Event(
            room: room, sequence: event.sequence, id: event.id, author: event.author, at: event.at,
            content: [], salt: event.salt, contentDigest: erasure.contentDigest, link: event.link,
            sendID: event.sendID)
        rooms[room]?.events[Int(event.sequence) - 1] = erased
        rooms[room]?.edits[event.sequence] = nil
        if let send = event.sendID { sends[SendKey(person: event.author, send: send)] = erased }
    }

    func event(at place: EventPlace) -> Event? {
        guard let room = rooms[place.room], place.sequence >= 1, place.sequence <= room.head.sequence else {
            return nil
        }
        return room.events[Int(place.sequence) - 1]
    }

    /// With its author's name of today.
    func entry(at place: EventPlace) -> HistoryEvent? {
        event(at: place).map { HistoryEvent(event: $0, authorName: people[$0.author]?.name.displayed ?? "") }
    }

    func target(at place: EventPlace) -> StoredTarget? {
        guard let found = event(at: place) else { return nil }
        return StoredTarget(event: found, edits: rooms[place.room]?.edits[place.sequence] ?? [])
    }

    /// In the order of ids, so that whoever loads the same contents does the same with them.
    var stored: StoredState {
        let rooms = rooms.values.sorted { $0.settings.id < $1.settings.id }.map(\.stored)
        return StoredState(
            incarnation: incarnation, people: people.values.sorted { $0.id < $1.id }, rooms: rooms,
            identities: identities.values.sorted {
                ($0.identity.issuer, $0.identity.subject) < ($1.identity.issuer, $1.identity.subject)
            }, invites: invites.values.sorted { $0.id < $1.id },
            blocks: blocks.sorted { ($0.person, $0.blocked) < ($1.person, $1.blocked) },
            deletions: deletions.values.sorted { $0.person < $1.person }, outbox: outbox)
    }
}
