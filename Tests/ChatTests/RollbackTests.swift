import Testing

@testable import Chat

/// Whatever a batch did, undoing it leaves the state as it was: checked over random runs of commands.
@Suite struct RollbackTests {
    @Test(arguments: 0..<40)
    func undoingABatchLeavesEverythingAsItWas(seed: UInt64) {
        var chats = Chats(seed: seed)
        var random = SeededRandom(seed: seed &+ 1_000)
        for _ in 0..<30 {
            let before = Look(chats.state)
            for _ in 0..<Int.random(in: 1...8, using: &random) { step(&chats, &random) }
            if Bool.random(using: &random) {
                chats.state.rollback()
                #expect(Look(chats.state) == before)
            } else {
                chats.state.commit()
            }
            #expect(chats.state.batch.isEmpty)
        }
    }

    /// A state made from what the batches stored is the state itself.
    @Test(arguments: 0..<20)
    func theBatchesRebuildTheState(seed: UInt64) {
        var chats = Chats(seed: seed)
        var random = SeededRandom(seed: seed &+ 2_000)
        var stored = StoredBatches()
        for _ in 0..<30 {
            for _ in 0..<Int.random(in: 1...8, using: &random) { step(&chats, &random) }
            stored.add(chats.state.batch)
            chats.state.commit()
        }
        #expect(Look(ChatState(stored.state, limits: .standard)) == Look(chats.state))
    }

    private func step(_ chats: inout Chats, _ random: inout SeededRandom) {
        let people = chats.state.people.keys.sorted()
        let rooms = chats.state.rooms.keys.sorted()
        let person = people.randomElement(using: &random) ?? .operations
        let other = people.randomElement(using: &random) ?? .operations
        let room = rooms.randomElement(using: &random) ?? RoomID(high: 0, low: 0)
        let name = ["one", "two", "three", "four"].randomElement(using: &random) ?? ""
        let by = Actor.person(person)
        let token = Digest(bytes: [UInt8](repeating: .random(in: 0..<4, using: &random), count: 32)) ?? .zero
        switch Int.random(in: 0..<24, using: &random) {
        case 0: chats.apply(.addPerson(name: name, password: nil, isAdministrator: false))
        case 1: chats.apply(.createRoom(name: name, kind: .open), by: by)
        case 2: chats.apply(.openDirect(with: .id(other)), by: by)
        case 3: chats.apply(.join(.id(room)), by: by)
        case 4: chats.apply(.leave(.id(room)), by: by)
        case 5: chats.apply(.addMember(.id(room), .id(other), .owner), by: by)
        case 6: chats.apply(.removeMember(.id(room), .id(other)), by: by)
        case 7: chats.apply(.changeSettings(.id(room), RequestedSettings(name: name, topic: name)), by: by)
        case 8: chats.apply(.setPassword(.id(person), name))
        case 9:
            chats.apply(
                .makeInvite(
                    InviteOrder(token: token, uses: 2, lifetime: .seconds(60), rooms: [.id(room)])))
        case 10:
            let id = PersonID(high: 1, low: random.next())
            chats.apply(.redeemInvite(Newcomer(token: token, id: id, name: name, password: "hash")))
        case 11, 12:
            let sanction = RequestedSanction(
                Bool.random(using: &random) ? .ban : .mute, lasting: .seconds(60),
                isLifted: Int.random(in: 0..<3, using: &random) == 0)
            chats.apply(.sanction(.id(room), .id(other), sanction), by: by)
        case 13: chats.apply(.invite(.id(room), .id(other)), by: by)
        case 14: chats.apply(.withdrawInvitation(.id(room), .id(other)), by: by)
        case 15: chats.apply(.block(.id(other), isLifted: .random(using: &random)), by: by)
        case 16:
            let place = EventPlace(room: room, sequence: .random(in: 1..<9, using: &random))
            let send = SendMessage(
                room: room, id: SendID(high: 1, low: random.next()),
                content: .pin(Pin(target: place.sequence, isRemoved: .random(using: &random))))
            chats.apply(.send(send), by: by, target: chats.said[place].map { StoredTarget(event: $0) })
        case 17:
            let place = EventPlace(room: room, sequence: .random(in: 1..<9, using: &random))
            chats.apply(
                .markRead(room, through: place.sequence), by: by, counted: chats.said[place]?.messages)
        case 18:
            let body = MessageBody(text: "@all", mentions: [other], mentionsEveryone: true)
            let send = SendMessage(room: room, id: SendID(high: 2, low: random.next()), body: body)
            chats.apply(.send(send), by: by)
        case 19:
            let sequence = UInt64.random(in: 1..<9, using: &random)
            // What is removed was stored before.
            guard chats.state.batch.isEmpty, sequence <= chats.state.rooms[room]?.head.sequence ?? 0 else {
                return
            }
            let removal = HistoryRemoval(room: room, through: Head(sequence: sequence, link: token))
            chats.apply(.removeHistory(removal))
        case 20:
            let days = Int.random(in: 0..<3, using: &random)
            chats.apply(.changeSettings(.id(room), RequestedSettings(keepDays: days)), by: by)
        case 21: if Int.random(in: 0..<4, using: &random) == 0 { chats.apply(.deletePerson(.id(other))) }
        case 22: eraseSome(&chats, in: room)
        default: _ = chats.send("hello", UInt64.random(in: 0..<50, using: &random), to: room, by: person)
        }
    }

    /// Of whoever is being deleted, what is next in the room.
    private func eraseSome(_ chats: inout Chats, in room: RoomID) {
        guard let deletion = chats.state.deletions.values.sorted(by: { $0.person < $1.person }).last else {
            return
        }
        let head = chats.state.rooms[room]?.head.sequence ?? 0
        let after = deletion.room == room ? deletion.sequence : 0
        let events = chats.said.values.filter {
            $0.room == room && $0.author == deletion.person && $0.sequence > after
        }.sorted { $0.sequence < $1.sequence }.map { HistoryEvent(event: $0, authorName: "") }
        chats.apply(
            .eraseTraces(
                of: deletion.person, in: room, after: after, Traces(events: events, through: max(after, head))
            )
        )
        chats.apply(.finishDeletion(deletion.person, DeletedCounts()))
    }

    /// All that can be seen of a state from outside.
    private struct Look: Equatable {
        let people: [PersonID: Person]
        let rooms: [RoomID: RoomState]
        let names: [String: PersonID?]
        let roomNames: [String: RoomID?]
        let memberships: [PersonID: Set<RoomID>]
        let positions: [RoomID: [PersonID: ReadPosition]]
        let invites: [OpenInviteID: OpenInvite]
        let blocks: [PersonID: Set<PersonID>]
        let deletions: [PersonID: PersonDeletion]

        init(_ state: ChatState) {
            people = state.people
            rooms = state.rooms
            invites = state.openInvites
            blocks = state.blocks
            deletions = state.deletions
            let all = ["one", "two", "three", "four"]
            names = Dictionary(uniqueKeysWithValues: all.map { ($0, state.person(.name($0))?.id) })
            roomNames = Dictionary(uniqueKeysWithValues: all.map { ($0, state.room(.name($0))?.room.id) })
            memberships = state.people.mapValues { state.rooms(of: $0.id) }
            positions = state.rooms.mapValues { room in
                Dictionary(
                    uniqueKeysWithValues: state.people.keys.compactMap { person in
                        state.readPosition(of: person, in: room.room.id).map { (person, $0) }
                    })
            }
        }
    }
}

/// What a store would hold after these batches.
private struct StoredBatches {
    private var people: [PersonID: Person] = [:]
    private var rooms: [RoomID: StoredState.StoredRoom] = [:]
    private var invites: [OpenInviteID: OpenInvite] = [:]
    private var blocks: [Block] = []
    private var deletions: [PersonID: PersonDeletion] = [:]

    mutating func add(_ batch: Batch) {
        for person in batch.people { people[person.id] = person }
        for block in batch.blocks {
            blocks.removeAll { $0.person == block.person && $0.blocked == block.blocked }
            if !block.isLifted { blocks.append(block) }
        }
        for change in batch.invites { invites[change.id] = change.invite }
        for deletion in batch.deletions + batch.rooms.flatMap(\.deletions) {
            deletions[deletion.person] = deletion
        }
        for change in batch.rooms {
            let before = rooms[change.room]
            guard let room = change.settings ?? before?.room else {
                preconditionFailure("a room without settings")
            }
            var members = before?.members ?? [:]
            var outsiders = before?.outsiders ?? [:]
            for change in change.standings {
                members[change.person] = nil
                outsiders[change.person] = nil
                switch change.standing {
                case .member(let member): members[change.person] = member
                case .outsider(let outsider): outsiders[change.person] = outsider
                case nil: break
                }
            }
            var marks = before?.marks ?? [:]
            for mark in change.marks { marks[mark.person] = mark.mark }
            var pins = before?.pins ?? []
            for pin in change.pins {
                pins.removeAll { $0 == pin.target }
                if !pin.isRemoved { pins.append(pin.target) }
            }
            let head =
                change.events.last.map { Head(sequence: $0.sequence, link: $0.link) } ?? before?.head
                ?? .empty
            rooms[change.room] = StoredState.StoredRoom(
                room: room, head: head, anchor: change.removal?.through ?? before?.anchor ?? .empty,
                lastAt: change.events.last?.at ?? before?.lastAt ?? room.createdAt,
                members: members, outsiders: outsiders, pins: pins,
                messages: change.events.last?.messages ?? before?.messages ?? 0, marks: marks)
        }
    }

    var state: StoredState {
        StoredState(
            incarnation: Incarnation(high: 1, low: 1), people: Array(people.values),
            rooms: Array(rooms.values), invites: Array(invites.values), blocks: blocks,
            deletions: Array(deletions.values))
    }
}
