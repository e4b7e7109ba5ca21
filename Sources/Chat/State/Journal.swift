/// What a batch has changed so far, and how things were before: either the batch is stored, or all of it is
/// undone.
struct Journal {
    /// In the order in which rooms were first touched.
    private(set) var rooms: [RoomBatch] = []
    private var placeOfRoom: [RoomID: Int] = [:]
    private var placeOfMark: [RoomID: [PersonID: Int]] = [:]
    private var changedPeople: [PersonID] = []
    private(set) var peopleBefore: [PersonID: Person?] = [:]
    private(set) var roomsBefore: [RoomID: RoomState?] = [:]
    private(set) var roomsOfPersonBefore: [PersonID: Set<RoomID>] = [:]
    /// Sends of this batch, so that a repetition within it is found.
    private(set) var sends: [SendKey: Event] = [:]

    private var changedIdentities: [ExternalIdentity] = []
    private(set) var identitiesBefore: [ExternalIdentity: IdentityLink?] = [:]

    private var changedInvites: [OpenInviteID] = []
    private(set) var invitesBefore: [OpenInviteID: OpenInvite?] = [:]

    private var blocks: [Block] = []
    private(set) var blocksBefore: [PersonID: Set<PersonID>?] = [:]

    private var deletions: [PersonDeletion] = []
    private(set) var deletionsBefore: [PersonID: PersonDeletion?] = [:]

    /// What this batch erases.
    private(set) var erased: Set<EventPlace> = []

    private var sendsForgottenBefore: Timestamp?

    private var audit: [AuditRecord] = []
    private var audited: [AuditRecordID] = []

    mutating func willChange(_ person: PersonID, from before: Person?) {
        guard peopleBefore[person] == nil else { return }
        peopleBefore[person] = .some(before)
        changedPeople.append(person)
    }

    mutating func willChange(_ identity: ExternalIdentity, from before: IdentityLink?) {
        guard identitiesBefore[identity] == nil else { return }
        identitiesBefore[identity] = .some(before)
        changedIdentities.append(identity)
    }

    mutating func willChange(_ invite: OpenInviteID, from before: OpenInvite?) {
        guard invitesBefore[invite] == nil else { return }
        invitesBefore[invite] = .some(before)
        changedInvites.append(invite)
    }

    mutating func changed(_ deletion: PersonDeletion, in room: RoomID?, from before: PersonDeletion?) {
        if deletionsBefore[deletion.person] == nil { deletionsBefore[deletion.person] = .some(before) }
        let earlier = rooms.lastIndex { $0.deletions.contains { $0.person == deletion.person } }
        for index in rooms.indices { rooms[index].deletions.removeAll { $0.person == deletion.person } }
        // The last of them is what holds, wherever it stands.
        if let index = room.map({ place(of: $0) }) ?? earlier {
            rooms[index].deletions.append(deletion)
        } else {
            deletions.append(deletion)
        }
    }

    mutating func changed(_ block: Block, from before: Set<PersonID>?) {
        if blocksBefore[block.person] == nil { blocksBefore[block.person] = .some(before) }
        blocks.append(block)
    }

    mutating func willChangeRooms(of person: PersonID, from before: Set<RoomID>) {
        if roomsOfPersonBefore[person] == nil { roomsOfPersonBefore[person] = before }
    }

    mutating func willChange(_ room: RoomID, from before: RoomState?) {
        guard placeOfRoom[room] == nil else { return }
        placeOfRoom[room] = rooms.count
        rooms.append(RoomBatch(room: room, expecting: before?.head ?? .empty))
        roomsBefore[room] = .some(before)
    }

    mutating func changed(settings room: Room) { rooms[place(of: room.id)].settings = room }

    mutating func changed(_ change: StandingChange, in room: RoomID) {
        rooms[place(of: room)].standings.append(change)
    }

    mutating func changed(_ pin: Pin, in room: RoomID) { rooms[place(of: room)].pins.append(pin) }

    /// Only the last change of somebody's mark is stored.
    mutating func changed(_ change: ReadMarkChange, in room: RoomID) {
        let index = place(of: room)
        if let place = placeOfMark[room]?[change.person] {
            rooms[index].marks[place] = change
        } else {
            placeOfMark[room, default: [:]][change.person] = rooms[index].marks.count
            rooms[index].marks.append(change)
        }
    }

    mutating func added(_ event: Event) {
        rooms[place(of: event.room)].events.append(event)
        if let send = event.sendID { sends[SendKey(person: event.author, send: send)] = event }
    }

    /// An event of this batch.
    func event(at place: EventPlace) -> Event? {
        placeOfRoom[place.room].flatMap { index in
            rooms[index].events.first { $0.sequence == place.sequence }
        }
    }

    /// The edits of a message that this batch brings.
    func edits(of place: EventPlace) -> [Erasure] {
        guard let index = placeOfRoom[place.room] else { return [] }
        return rooms[index].edits.filter { $0.target == place.sequence }.map(\.erasure)
    }

    mutating func added(_ edit: EditPlace, in room: RoomID) { rooms[place(of: room)].edits.append(edit) }

    mutating func erase(_ erasure: Erasure, in room: RoomID) {
        rooms[place(of: room)].erasures.append(erasure)
        erased.insert(EventPlace(room: room, sequence: erasure.sequence))
    }

    mutating func removed(_ removal: HistoryRemoval) {
        let place = place(of: removal.room)
        let before = rooms[place].removal?.remembered ?? []
        rooms[place].removal = HistoryRemoval(
            room: removal.room, through: removal.through, remembered: before + removal.remembered)
    }

    mutating func forgetSends(before moment: Timestamp) {
        sendsForgottenBefore = max(moment, sendsForgottenBefore ?? moment)
    }

    /// A record of a room stands or falls with what was done to the room.
    mutating func recorded(_ record: AuditRecord, of room: RoomID?) {
        if let room {
            rooms[place(of: room)].audit.append(record)
        } else {
            audit.append(record)
        }
    }

    mutating func entered(_ ids: [AuditRecordID]) { audited += ids }

    func batch(
        people: [PersonID: Person], identities: [ExternalIdentity: IdentityLink],
        invites: [OpenInviteID: OpenInvite]
    ) -> Batch {
        Batch(
            people: changedPeople.compactMap { people[$0] }, rooms: rooms,
            identities: changedIdentities.map { ExternalIdentityChange(identity: $0, link: identities[$0]) },
            invites: changedInvites.map { OpenInviteChange(id: $0, invite: invites[$0]) }, blocks: blocks,
            deletions: deletions, audit: audit, audited: audited, sendsForgottenBefore: sendsForgottenBefore)
    }

    private func place(of room: RoomID) -> Int {
        guard let place = placeOfRoom[room] else {
            preconditionFailure("Journal: a room changed before it was announced")
        }
        return place
    }
}
