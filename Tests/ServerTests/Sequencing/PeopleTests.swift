import Chat
import Reactor
import Server
import Storage
import Testing
import Wire

/// Who is told who is there, who has read what, and who was named.
@Suite struct PeopleTests {
    @Test func comingIsToldAtTheNextLookAndGoingAtTheSecond() throws {
        let scene = try SequencerScene()
        let (anna, ben, room) = (scene.person("anna"), scene.person("ben"), scene.room("tea"))
        _ = scene.follower(anna, of: room, slot: 1)
        let first = scene.follower(ben, of: room, slot: 2)
        #expect(presences(lookAround(scene)).count == 2)
        scene.take(scene.envelope(ben, first, .detach))
        #expect(presences(lookAround(scene)).isEmpty)
        #expect(presences(lookAround(scene)) == [.presence(ben.id, .offline)])
        #expect(presences(lookAround(scene)).isEmpty)
        let second = attach(ben, 3, scene)
        #expect(presences(lookAround(scene)) == [.presence(ben.id, .online)])
        // Whoever only changes networks is not told to be gone.
        scene.take(scene.envelope(ben, second.address, .detach))
        #expect(presences(lookAround(scene)).isEmpty)
        _ = attach(ben, 4, scene)
        for _ in 0..<3 { #expect(presences(lookAround(scene)).isEmpty) }
    }

    @Test func whoHidesIsNotShownWhenTheyComeAgain() throws {
        let scene = try SequencerScene()
        let (anna, ben, room) = (scene.person("anna"), scene.person("ben"), scene.room("tea"))
        _ = scene.follower(anna, of: room, slot: 1)
        _ = lookAround(scene)
        let address = scene.follower(ben, of: room, slot: 2)
        scene.take(scene.envelope(ben, address, .setPresence(.offline)))
        for _ in 0..<3 { #expect(presences(lookAround(scene)).isEmpty) }
    }

    @Test func theConnectionThatIsMostThereCounts() throws {
        let scene = try SequencerScene()
        let (anna, ben, room) = (scene.person("anna"), scene.person("ben"), scene.room("tea"))
        let watcher = scene.follower(anna, of: room, slot: 1)
        let phone = scene.follower(ben, of: room, loop: 1, slot: 2)
        let laptop = scene.follower(ben, of: room, loop: 1, slot: 3)
        _ = lookAround(scene)
        func set(_ presence: Presence, _ address: ConnectionAddress) -> [ServerMessage] {
            scene.take(scene.envelope(ben, address, .setPresence(presence)))
            return presences(lookAround(scene))
        }
        #expect(set(.away, phone).isEmpty)
        #expect(set(.away, laptop) == [.presence(ben.id, .away), .presence(ben.id, .away)], "on each loop")
        #expect(set(.offline, phone).isEmpty)
        #expect(try listed(ben, in: room, watcher, anna, scene) == .away)
        #expect(set(.offline, laptop).count == 2, "whoever hides is gone at the next look")
        #expect(try listed(ben, in: room, watcher, anna, scene) == .offline)
        #expect(set(.online, phone).count == 2)
    }

    @Test func oneLookTellsOfSoManyPeopleAndTheNextOfTheOthers() throws {
        var limits = Limits.standard
        limits.presencesToldAtOnce = 2
        let scene = try SequencerScene(limits: limits)
        let room = scene.room("tea")
        for slot in 0..<5 { _ = scene.follower(scene.person("p\(slot)"), of: room, slot: UInt32(slot)) }
        #expect((0..<4).map { _ in presences(lookAround(scene)).count } == [2, 2, 1, 0])
    }

    @Test func inLargeRoomsNobodyIsTold() throws {
        var limits = Limits.standard
        limits.membersToldOfPresence = 2
        let scene = try SequencerScene(limits: limits)
        let room = scene.room("tea")
        for (slot, name) in ["anna", "ben", "carl"].enumerated() {
            _ = scene.follower(scene.person(name), of: room, slot: UInt32(slot))
        }
        #expect(presences(lookAround(scene)).isEmpty)
    }

    @Test func whoIsNamedOftenInOneBatchIsToldOnce() throws {
        let scene = try SequencerScene()
        let (anna, ben, room) = (scene.person("anna"), scene.person("ben"), scene.room("tea"))
        let writer = scene.follower(anna, of: room, slot: 1)
        let reader = scene.follower(ben, of: room, slot: 2)
        func message(_ number: UInt64) -> Envelope {
            let body = MessageBody(text: "@ben", mentions: [ben.id])
            let send = SendMessage(room: room, id: SendID(high: 1, low: number), body: body)
            return scene.envelope(anna, writer, .command(.send(send)))
        }
        let output = scene.take(message(1), message(2), message(3))
        #expect(
            positions(output, reader) == [ReadPosition(room: room, sequence: 2, unread: 3, mentions: 3)])
    }

    @Test func aPersonsOtherConnectionsLearnWhatWasRead() throws {
        let scene = try SequencerScene()
        let (anna, ben, room) = (scene.person("anna"), scene.person("ben"), scene.room("tea"))
        let writer = scene.follower(anna, of: room, slot: 1)
        let phone = scene.follower(ben, of: room, slot: 2)
        let laptop = attach(ben, 3, scene, loop: 1).address
        let body = MessageBody(text: "@ben", mentions: [ben.id])
        let send = SendMessage(room: room, id: SendID(high: 1, low: 1), body: body)
        let output = scene.take(scene.envelope(anna, writer, .command(.send(send))))
        let named = ReadPosition(room: room, sequence: 2, unread: 1, mentions: 1)
        #expect(positions(output, phone) == [named])
        #expect(positions(output, laptop) == [named], "also where the room is not followed")
        #expect(positions(output, writer) == [])
        let head = try #require(scene.heads[room])
        let marked = scene.take(
            scene.envelope(ben, phone, .command(.markRead(room, through: head))))
        let read = ReadPosition(room: room, sequence: head, unread: 0, mentions: 0)
        #expect(positions(marked, phone) == [read])
        #expect(positions(marked, laptop) == [read])
        // And after a restart.
        let restarted = try SequencerScene(store: scene.store.crash())
        let again = ConnectionAddress(loop: 0, channel: ChannelID(slot: 9, generation: 1))
        restarted.take(restarted.envelope(ben, again, .attach(epoch: ben.sessionEpoch, nil)))
        let follow = restarted.take(
            restarted.envelope(ben, again, .subscribe(CheckedSubscription(room: .id(room), join: false))))
        #expect(positions(follow, again) == [read])
    }

    // MARK: helpers

    private func attach(
        _ person: Person, _ slot: UInt32, _ scene: SequencerScene, loop: Int = 0
    ) -> (address: ConnectionAddress, output: SequencerOutput) {
        let address = ConnectionAddress(loop: loop, channel: ChannelID(slot: slot, generation: 1))
        let output = scene.take(scene.envelope(person, address, .attach(epoch: person.sessionEpoch, nil)))
        return (address, output)
    }

    private func lookAround(_ scene: SequencerScene) -> SequencerOutput {
        scene.take(Envelope(origin: .server, request: 0, body: .lookAround))
    }

    private func presences(_ output: SequencerOutput) -> [ServerMessage] {
        output.loops.joined().compactMap { item in
            if case .presence? = item.message { item.message } else { nil }
        }
    }

    private func positions(_ output: SequencerOutput, _ address: ConnectionAddress) -> [ReadPosition] {
        output.loops[address.loop].compactMap { item in
            guard case .message(address.channel, _, _) = item,
                case .readPosition(let position)? = item.message
            else { return nil }
            return position
        }
    }

    private func listed(
        _ person: Person, in room: RoomID, _ address: ConnectionAddress, _ asker: Person,
        _ scene: SequencerScene
    ) throws -> Presence {
        let output = scene.take(
            scene.envelope(asker, address, .listMembers(.id(room), after: nil)))
        let lists = output.loops.joined().compactMap { item -> [MemberSummary]? in
            if case .memberList(let members, _)? = item.message { members } else { nil }
        }
        return try #require(lists.first?.first { $0.person.id == person.id }?.presence)
    }
}
