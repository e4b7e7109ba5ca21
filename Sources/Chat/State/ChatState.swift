/// People, rooms and who may do what: the truth from which every event is made.
///
/// Pure rules: no clock, no chance, no store. Owned by the sequencer and used on its thread alone. Commands
/// are applied one after the other into a journal; `commit` makes the changes stand, `rollback` undoes all of
/// them.
package struct ChatState {
    package let limits: Limits
    package private(set) var people: [PersonID: Person] = [:]
    package private(set) var rooms: [RoomID: RoomState] = [:]
    package private(set) var identities: [ExternalIdentity: IdentityLink] = [:]
    private(set) var identityCounts: [PersonID: Int] = [:]
    /// How far who has read what.
    private(set) var readMarks = ReadMarks()
    package private(set) var openInvites: [OpenInviteID: OpenInvite] = [:]
    /// Whom people do not want to hear from.
    package private(set) var blocks: [PersonID: Set<PersonID>] = [:]
    /// Who is deleted, or about to be.
    package private(set) var deletions: [PersonID: PersonDeletion] = [:]
    private var personOfName: [String: PersonID] = [:]
    private var roomOfName: [String: RoomID] = [:]
    private var peopleByLooks = LookAlikes<Person>()
    private var roomsByLooks = LookAlikes<Room>()
    private var roomOfPair: [PersonPair: RoomID] = [:]
    private var roomsOfPerson: [PersonID: Set<RoomID>] = [:]
    private var journal = Journal()

    package init(_ stored: StoredState, limits: Limits) {
        self.limits = limits
        for person in stored.people { index(person) }
        for link in stored.identities { setLink(link.identity, link) }
        for invite in stored.invites { openInvites[invite.id] = invite }
        for deletion in stored.deletions { deletions[deletion.person] = deletion }
        for block in stored.blocks { blocks[block.person, default: []].insert(block.blocked) }
        for stored in stored.rooms {
            index(RoomState(stored))
            readMarks.replace(stored.room.id, by: stored.marks)
            for person in stored.members.keys { roomsOfPerson[person, default: []].insert(stored.room.id) }
        }
    }

    // MARK: asking

    package func person(_ reference: PersonReference) -> Person? {
        switch reference {
        case .id(let id): people[id]
        case .name(let name): personOfName[Name.uniqueForm(of: name)].flatMap { people[$0] }
        }
    }

    package func room(_ reference: RoomReference) -> RoomState? {
        switch reference {
        case .id(let id): rooms[id]
        case .name(let name): roomOfName[Name.uniqueForm(of: name)].flatMap { rooms[$0] }
        }
    }

    /// Whether a person has the name, or one that looks like it.
    func isTaken(personName name: Name) -> Bool {
        personOfName[name.unique] != nil || peopleByLooks.contains(name, besides: nil)
    }

    /// Whether a room has the name, or one that looks like it, besides this one.
    func isTaken(roomName name: Name, besides room: RoomID?) -> Bool {
        if let owner = roomOfName[name.unique], owner != room { return true }
        return roomsByLooks.contains(name, besides: room)
    }

    package func rooms(of person: PersonID) -> Set<RoomID> { roomsOfPerson[person] ?? [] }

    /// What of a room's history a person may see now; `nil` for nothing of it. Whoever reads on somebody's
    /// behalf what he does not follow asks this.
    package func visibleRange(of room: RoomID, to person: PersonID) -> VisibleRange? {
        guard let state = rooms[room], state.members[person] != nil else { return nil }
        return VisibleRange(after: state.firstVisible(to: person) - 1, through: state.head.sequence)
    }

    package func directRoom(of pair: PersonPair) -> RoomState? { roomOfPair[pair].flatMap { rooms[$0] } }

    /// An event of this batch that the same send already made.
    func pendingSend(_ key: SendKey) -> Event? { journal.sends[key] }

    func pendingEvent(at place: EventPlace) -> Event? { journal.event(at: place) }
    func pendingEdits(of place: EventPlace) -> [Erasure] { journal.edits(of: place) }
    /// Whether this batch erases it.
    func isErased(_ place: EventPlace) -> Bool { journal.erased.contains(place) }

    // MARK: the batch

    /// What has changed since the last `commit` or `rollback`, as it must be stored.
    package var batch: Batch {
        journal.batch(people: people, identities: identities, invites: openInvites)
    }

    /// The batch is stored: from now on it is the past.
    package mutating func commit() {
        journal = Journal()
        readMarks.commit()
    }

    /// The batch was not stored: everything is as it was before it.
    package mutating func rollback() {
        // All that is there now goes first: a name may have moved from one to the other within the batch.
        for id in journal.peopleBefore.keys {
            if let now = people.removeValue(forKey: id) { unindex(now) }
        }
        for case .some(let before) in journal.peopleBefore.values { index(before) }
        for (identity, before) in journal.identitiesBefore { setLink(identity, before) }
        for (id, before) in journal.invitesBefore { openInvites[id] = before }
        for (person, before) in journal.blocksBefore { blocks[person] = before }
        for (person, before) in journal.deletionsBefore { deletions[person] = before }
        for id in journal.roomsBefore.keys {
            if let now = rooms.removeValue(forKey: id) { unindex(now) }
        }
        for case .some(let before) in journal.roomsBefore.values { index(before) }
        for (person, before) in journal.roomsOfPersonBefore {
            roomsOfPerson[person] = before.isEmpty ? nil : before
        }
        journal = Journal()
        readMarks.rollback()
    }

    /// Another writer has changed this room: what the batch did to it is forgotten, and it is as stored.
    package mutating func replace(_ id: RoomID, by stored: StoredState.StoredRoom?) {
        if let now = rooms.removeValue(forKey: id) {
            unindex(now)
            for person in now.members.keys { setMembership(false, of: person, in: id) }
        }
        readMarks.replace(id, by: stored?.marks)
        for (person, before) in journal.deletionsBefore where deletions[person]?.room == id {
            deletions[person] = before
        }
        guard let stored else { return }
        index(RoomState(stored))
        for person in stored.members.keys { setMembership(true, of: person, in: id) }
    }

    // MARK: changing, for the rules in the extensions

    mutating func put(_ person: Person) {
        let before = people[person.id]
        journal.willChange(person.id, from: before)
        if let before { unindex(before) }
        index(person)
        guard let before else { return }
        let isOut = person.isDisabled || before.isAdministrator && !person.isAdministrator
        if isOut || person.sessionEpoch != before.sessionEpoch { removeInvites(of: person.id) }
    }

    mutating func put(_ identity: ExternalIdentity, _ link: IdentityLink?) {
        journal.willChange(identity, from: identities[identity])
        setLink(identity, link)
    }

    mutating func put(_ id: OpenInviteID, _ invite: OpenInvite?) {
        journal.willChange(id, from: openInvites[id])
        openInvites[id] = invite
    }

    /// - Parameter room: whose erasures it tells of: it stands or falls with them.
    mutating func put(_ deletion: PersonDeletion, in room: RoomID? = nil) {
        if let room { journal.willChange(room, from: rooms[room]) }
        journal.changed(deletion, in: room, from: deletions[deletion.person])
        deletions[deletion.person] = deletion
    }

    mutating func set(_ block: Block) {
        let before = blocks[block.person]
        journal.changed(block, from: before)
        var after = before ?? []
        if block.isLifted { after.remove(block.blocked) } else { after.insert(block.blocked) }
        blocks[block.person] = after.isEmpty ? nil : after
    }

    private mutating func setLink(_ identity: ExternalIdentity, _ link: IdentityLink?) {
        if let before = identities.removeValue(forKey: identity) { identityCounts[before.person]? -= 1 }
        guard let link else { return }
        identities[identity] = link
        identityCounts[link.person, default: 0] += 1
    }

    mutating func put(_ room: Room, at now: Timestamp) {
        let before = rooms[room.id]
        journal.willChange(room.id, from: before)
        if var state = before {
            unindex(state)
            state.room = room
            index(state)
        } else {
            index(RoomState(room: room, lastAt: now))
        }
        journal.changed(settings: room)
    }

    mutating func set(_ standing: Standing?, of person: PersonID, in room: RoomID) {
        journal.willChange(room, from: rooms[room])
        journal.willChangeRooms(of: person, from: rooms(of: person))
        var (member, outsider): (Member?, Outsider?) = (nil, nil)
        switch standing {
        case .member(let found): member = found
        case .outsider(let found): outsider = found
        case nil: break
        }
        rooms[room]?.members[person] = member
        rooms[room]?.outsiders[person] = outsider
        setMembership(member != nil, of: person, in: room)
        journal.changed(StandingChange(person: person, standing: standing), in: room)
        let mark = readMarks[room, person]
        if (member == nil) != (mark == nil) {
            set(member.flatMap { _ in markHere(in: room) }, of: person, in: room)
        }
    }

    /// Of whoever comes in now: what was said before is not news to them.
    private func markHere(in room: RoomID) -> ReadMark? {
        rooms[room].map { ReadMark(sequence: $0.head.sequence, messages: $0.messages) }
    }

    mutating func set(_ mark: ReadMark?, of person: PersonID, in room: RoomID) {
        journal.willChange(room, from: rooms[room])
        readMarks.set(mark, of: person, in: room)
        journal.changed(ReadMarkChange(person: person, mark: mark), in: room)
    }

    mutating func set(_ pin: Pin, in room: RoomID) {
        journal.willChange(room, from: rooms[room])
        rooms[room]?.pins.removeAll { $0 == pin.target }
        if !pin.isRemoved { rooms[room]?.pins.append(pin.target) }
        journal.changed(pin, in: room)
    }

    /// A member of a slow room has said something.
    mutating func noteSaid(by person: PersonID, in room: RoomID, at now: Timestamp) {
        guard let state = rooms[room], state.room.rules.slowSeconds > 0 else { return }
        // What is over is of no use; it goes when it has become more than the members.
        if state.lastSaid.count > limits.membersOfARoom {
            let wait = Duration.seconds(state.room.rules.slowSeconds)
            rooms[room]?.lastSaid = state.lastSaid.filter { now < $0.value.advanced(by: wait) }
        }
        rooms[room]?.lastSaid[person] = now
    }

    /// The next event of a room, linked to its chain. Its content is encoded here, once for store, chain and
    /// wire.
    mutating func addEvent<R, H, E>(
        _ content: Content, to room: RoomID, by author: PersonID, send: SendID? = nil,
        _ context: inout ApplyContext<R, H, E>
    ) -> Event {
        guard let state = rooms[room] else {
            preconditionFailure("ChatState: an event for a room that is not there")
        }
        journal.willChange(room, from: state)
        let at = max(context.now, state.lastAt)
        let bytes = context.encoding.encode(content)
        let id = EventID(at: at, random: &context.random)
        let salt = Salt(high: context.random.next(), low: context.random.next())
        let digest = DigestChain.contentDigest(salt: salt, content: bytes, hashing: context.hashing)
        let link = DigestChain.link(
            after: state.head.link, room: room, sequence: state.head.sequence + 1, id: id, author: author,
            at: at, contentDigest: digest, hashing: context.hashing)
        let isMessage = if case .message = content { true } else { false }
        let event = Event(
            room: room, sequence: state.head.sequence + 1, id: id, author: author, at: at, content: bytes,
            salt: salt, link: link, sendID: send, messages: state.messages + (isMessage ? 1 : 0))
        rooms[room]?.head = Head(sequence: event.sequence, link: link)
        rooms[room]?.lastAt = at
        rooms[room]?.messages = event.messages
        journal.added(event)
        return event
    }

    mutating func added(_ edit: EditPlace, in room: RoomID) { journal.added(edit, in: room) }

    mutating func erase(_ erasure: Erasure, in room: RoomID) {
        journal.willChange(room, from: rooms[room])
        journal.erase(erasure, in: room)
    }

    /// The history begins behind this from now on, and so does what is pinned of it.
    mutating func remove(_ removal: HistoryRemoval) {
        guard let state = rooms[removal.room] else { return }
        journal.willChange(removal.room, from: state)
        for pin in state.pins where pin <= removal.through.sequence {
            set(Pin(target: pin, isRemoved: true), in: removal.room)
        }
        rooms[removal.room]?.anchor = removal.through
        journal.removed(removal)
    }

    mutating func forgetSends(before moment: Timestamp) { journal.forgetSends(before: moment) }

    /// Notes what was done, for the audit log: stored with the change itself, or not at all.
    mutating func record<R, H, E>(
        _ kind: AuditKind, by actor: Actor, of subjects: [AuditParty], in room: RoomID? = nil,
        _ details: AuditDetails, _ context: inout ApplyContext<R, H, E>
    ) {
        let record = AuditRecord(
            at: context.now, kind, by: AuditParty(actor), of: subjects, details, random: &context.random)
        journal.recorded(record, of: room)
    }

    /// The audit log has these: their place in the outbox is free.
    package mutating func entered(_ ids: [AuditRecordID]) { journal.entered(ids) }

    private mutating func setMembership(_ isMember: Bool, of person: PersonID, in room: RoomID) {
        if isMember {
            roomsOfPerson[person, default: []].insert(room)
        } else if roomsOfPerson[person]?.remove(room) != nil, roomsOfPerson[person]?.isEmpty == true {
            roomsOfPerson[person] = nil
        }
    }

    private mutating func index(_ person: Person) {
        people[person.id] = person
        personOfName[person.name.unique] = person.id
        peopleByLooks.add(person.name, of: person.id)
    }

    private mutating func unindex(_ person: Person) {
        personOfName[person.name.unique] = nil
        peopleByLooks.remove(person.name, of: person.id)
    }

    private mutating func index(_ state: RoomState) {
        rooms[state.room.id] = state
        if let name = state.room.name {
            roomOfName[name.unique] = state.room.id
            roomsByLooks.add(name, of: state.room.id)
        }
        if let pair = state.room.pair { roomOfPair[pair] = state.room.id }
    }

    private mutating func unindex(_ state: RoomState) {
        if let name = state.room.name {
            roomOfName[name.unique] = nil
            roomsByLooks.remove(name, of: state.room.id)
        }
        if let pair = state.room.pair { roomOfPair[pair] = nil }
    }
}
