import Chat

/// What a memory store holds: a value, so that a moment of it can be kept and returned to.
struct MemoryContents: Sendable {
    struct Room: Sendable {
        var settings: Chat.Room
        var members: [PersonID: Member] = [:]
        var outsiders: [PersonID: Outsider] = [:]
        var pins: [UInt64] = []
        var marks: [PersonID: ReadMark] = [:]
        /// How many messages there were, removed ones with them.
        var messages: UInt64 = 0
        /// What the history begins after.
        var anchor = Head.empty
        /// The event of sequence n is at n - 1 - `anchor.sequence`.
        var events: [Event] = []
        var lastAt: Timestamp
        /// Of messages, by their sequences.
        var edits: [UInt64: [Erasure]] = [:]

        init(settings: Chat.Room) {
            self.settings = settings
            lastAt = settings.createdAt
        }

        mutating func apply(_ change: StandingChange) {
            members[change.person] = nil
            outsiders[change.person] = nil
            switch change.standing {
            case .member(let member): members[change.person] = member
            case .outsider(let outsider): outsiders[change.person] = outsider
            case nil: break
            }
        }

        var head: Head { events.last.map { Head(sequence: $0.sequence, link: $0.link) } ?? anchor }

        /// Of an event that is there.
        func place(of sequence: UInt64) -> Int? {
            guard sequence > anchor.sequence, sequence <= head.sequence else { return nil }
            return Int(sequence - anchor.sequence) - 1
        }

        /// Those after one sequence, up to and including another.
        func events(after sequence: UInt64, through last: UInt64) -> ArraySlice<Event> {
            let begin = max(sequence, anchor.sequence)
            let end = min(last, head.sequence)
            guard begin < end else { return [] }
            return events[Int(begin - anchor.sequence)..<Int(end - anchor.sequence)]
        }

        var stored: StoredState.StoredRoom {
            StoredState.StoredRoom(
                room: settings, head: head, anchor: anchor, lastAt: lastAt, members: members,
                outsiders: outsiders, pins: pins, messages: messages, marks: marks)
        }
    }

    let incarnation: Incarnation
    private(set) var people: [PersonID: Person] = [:]
    private(set) var rooms: [RoomID: Room] = [:]
    private(set) var peopleByName: [String: PersonID] = [:]
    /// Those of removed events too, as long as they are remembered.
    private(set) var sends: [SendKey: Event] = [:]
    private var removedSends: [SendKey: Timestamp] = [:]
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
        if let moment = batch.sendsForgottenBefore { forgetSends(before: moment) }
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
        for mark in change.marks { rooms[change.room]?.marks[mark.person] = mark.mark }
        rooms[change.room]?.events.append(contentsOf: change.events)
        if let last = change.events.last {
            rooms[change.room]?.lastAt = last.at
            rooms[change.room]?.messages = last.messages
        }
        outbox += change.audit
        for event in change.events {
            guard let send = event.sendID else { continue }
            sends[SendKey(person: event.author, send: send)] = event
        }
        for edit in change.edits { rooms[change.room]?.edits[edit.target, default: []].append(edit.erasure) }
        for erasure in change.erasures { erase(erasure, in: change.room) }
        for deletion in change.deletions { deletions[deletion.person] = deletion }
        if let removal = change.removal { remove(removal) }
    }

    private mutating func erase(_ erasure: Erasure, in room: RoomID) {
        guard let event = event(at: EventPlace(room: room, sequence: erasure.sequence)) else {
            preconditionFailure("what is not there cannot be erased")
        }
        let erased = event.erased(contentDigest: erasure.contentDigest, link: event.link)
        if let index = rooms[room]?.place(of: event.sequence) { rooms[room]?.events[index] = erased }
        rooms[room]?.edits[event.sequence] = nil
        if let send = event.sendID { sends[SendKey(person: event.author, send: send)] = erased }
    }

    private mutating func remove(_ removal: HistoryRemoval) {
        guard var room = rooms[removal.room] else { return }
        let last = removal.through.sequence
        var remembered: [UInt64: Digest] = [:]
        for erasure in removal.remembered { remembered[erasure.sequence] = erasure.contentDigest }
        for event in room.events(after: 0, through: last) {
            guard let send = event.sendID else { continue }
            let key = SendKey(person: event.author, send: send)
            sends[key] = remembered[event.sequence].map { event.erased(contentDigest: $0, link: .zero) }
            if sends[key] != nil { removedSends[key] = event.at }
        }
        room.events.removeFirst(room.events(after: 0, through: last).count)
        room.edits = room.edits.filter { $0.key > last }
        room.anchor = removal.through
        rooms[removal.room] = room
    }

    private mutating func forgetSends(before moment: Timestamp) {
        for (key, at) in removedSends where at < moment {
            sends[key] = nil
            removedSends[key] = nil
        }
    }

    func remembersSends(before moment: Timestamp) -> Bool { removedSends.values.contains { $0 < moment } }

    func event(at place: EventPlace) -> Event? {
        guard let room = rooms[place.room], let index = room.place(of: place.sequence) else { return nil }
        return room.events[index]
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

extension Event {
    /// The same without its content.
    fileprivate func erased(contentDigest: Digest, link: Digest) -> Event {
        Event(
            room: room, sequence: sequence, id: id, author: author, at: at, content: [], salt: salt,
            contentDigest: contentDigest, link: link, sendID: sendID, messages: messages)
    }
}
