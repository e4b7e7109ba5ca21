import Chat
import Reactor
import Storage
import Testing
import Wire

@testable import Server

/// A use of an open invite, the person who comes by it and their way into its rooms are one batch.
@Suite struct NewcomerTests {
    private static let token = Digest(bytes: [UInt8](repeating: 9, count: 32)) ?? .zero
    private let scene: SequencerScene
    private let anna: Person
    private let hall: RoomID
    private let follower: ConnectionAddress

    init() throws {
        scene = try SequencerScene()
        anna = scene.person("anna")
        hall = scene.room("hall")
        follower = scene.follower(anna, of: hall, slot: 1)
    }

    @discardableResult
    private func invite(uses: Int, in scene: SequencerScene? = nil) -> MadeInvite? {
        let order = InviteOrder(
            token: Self.token, uses: uses, lifetime: .seconds(60), rooms: [.name("hall")], role: .moderator)
        let answer = (scene ?? self.scene).control(.makeInvite(order, token: "scn_secret"))
        guard case .message(.inviteMade(let made)) = answer else { return nil }
        return made
    }

    /// Of a newcomer of this number, from a connection of its own on the second loop.
    private func attach(
        _ name: String, _ number: UInt32, in scene: SequencerScene? = nil
    ) -> Envelope {
        let id = PersonID(high: 7, low: UInt64(number))
        let address = ConnectionAddress(loop: 1, channel: ChannelID(slot: number, generation: 1))
        let newcomer = Newcomer(token: Self.token, id: id, name: name, password: "hash")
        return Envelope(
            origin: .connection(address, id), request: 1, body: .attach(epoch: 0, .newcomer(newcomer)))
    }

    private func outcomes(_ items: [LoopItem]) -> [RefusalCode?] {
        items.compactMap { item in
            guard case .attached(_, _, let result) = item else { return nil }
            if case .failure(let refusal) = result { return .some(refusal.code) }
            return .some(nil)
        }
    }

    private func left(_ scene: SequencerScene? = nil) -> Int? {
        guard case .invites(let listed, false) = (scene ?? self.scene).control(.listInvites(after: nil))
        else {
            return nil
        }
        return listed.first?.invite.usesLeft
    }

    @Test func theTokenIsToldOnceTheInviteIsStored() throws {
        let made = try #require(invite(uses: 3))
        #expect(made.token == "scn_secret")
        #expect(scene.outputs.last?.storage == .stored)
        #expect(scene.outputs.last?.audit.map(\.kind) == ["invite_opened"])
        #expect(try scene.store.history.openInvite(token: Self.token)?.id == made.id)
        guard case .invites(let listed, false) = scene.control(.listInvites(after: nil)) else {
            Issue.record("no list")
            return
        }
        #expect(listed.map(\.rooms) == [["hall"]])
        #expect(listed.map(\.maker) == [nil])
    }

    /// Those who are in the room hear of it in its place in the order, before the newcomer is told.
    @Test func theNewcomerIsInTheRoomWhenTheLoginIsAnswered() throws {
        invite(uses: 1)
        let output = scene.take(attach("bea", 2))
        let id = PersonID(high: 7, low: 2)
        #expect(outcomes(output.loops[1]) == [nil])
        #expect(output.loops[0].compactMap(\.eventSequence) == [3])
        #expect(output.audit.map(\.kind) == ["person_added", "member_added"])
        let person = try #require(try scene.store.history.person(id))
        #expect(person.name.displayed == "bea" && person.password == "hash")
        #expect(try scene.store.history.openInvite(token: Self.token) == nil)
        let events = try scene.store.history.events(
            of: hall, after: 2, through: 3, maxEvents: 9, maxBytes: 1_000)
        #expect(events.map(\.event.author) == [id] && events.map(\.authorName) == ["bea"])
    }

    /// In one batch and in several.
    @Test func noOneUseTooMany() {
        invite(uses: 2)
        let output = scene.take(attach("one", 2), attach("two", 3), attach("three", 4))
        #expect(outcomes(output.loops[1]) == [nil, nil, .wrongCredentials])
        #expect(outcomes(scene.take(attach("four", 5)).loops[1]) == [.wrongCredentials])
        #expect(left() == nil)
    }

    @Test func aRefusedOneLeavesItsUseToTheNext() {
        invite(uses: 1)
        let output = scene.take(attach("Anna", 2), attach("bea", 3), attach("bea", 4))
        #expect(outcomes(output.loops[1]) == [.nameTaken, nil, .wrongCredentials])
    }

    @Test func aFullDiskUsesNothingUp() throws {
        invite(uses: 1)
        scene.store.fault = { _ in .full }
        let output = scene.take(attach("bea", 2))
        #expect(outcomes(output.loops[1]) == [.storageFull])
        #expect(output.loops[0].isEmpty, "nobody is shown an event that is not stored")
        #expect(try scene.store.history.person(named: "bea") == nil)
        scene.store.fault = { _ in nil }
        #expect(left() == 1)
        #expect(outcomes(scene.take(attach("bea", 2)).loops[1]) == [nil])
    }

    /// Whatever reached the disk reached it whole: the next process finds as many people as uses are gone.
    @Test(arguments: [0, 1]) func afterACrashPeopleAndUsesAgree(keeping: Int) throws {
        invite(uses: 2)
        scene.store.fault = { _ in .slow }
        scene.take(attach("bea", 2))
        let again = try SequencerScene(store: scene.store.crash(keeping: keeping))
        #expect(left(again) == 2 - keeping)
        #expect((try again.store.history.person(named: "bea") != nil) == (keeping == 1))
        #expect(
            outcomes(again.take(attach("bea", 3)).loops[1]) == [keeping == 1 ? .nameTaken : nil])
    }

    /// Another writer was first in the room: who was let in stays, and enters behind it.
    @Test func aConflictInTheRoomIsNoConflictOfTheLogin() throws {
        invite(uses: 1)
        scene.store.fault = { $0.rooms.isEmpty ? nil : .conflict }
        let output = scene.take(attach("bea", 2))
        #expect(outcomes(output.loops[1]) == [nil])
        #expect(output.loops[0].isEmpty)
        scene.store.fault = { _ in nil }
        #expect(scene.hasReturned)
        let next = scene.take()
        #expect(next.loops[0].compactMap(\.eventSequence) == [3])
        let found = try #require(try scene.store.load().rooms.first { $0.room.id == hall })
        #expect(found.members[PersonID(high: 7, low: 2)]?.role == .moderator)
    }

    @Test func expiredOnesAreListedNoMoreAndSweptAway() throws {
        let order = InviteOrder(token: Self.token, uses: 1, lifetime: .seconds(60))
        scene.control(.makeInvite(order, token: "scn_secret"))
        scene.pass(.seconds(61))
        #expect(left() == nil)
        #expect(try scene.store.load().invites.count == 1)
        scene.take(
            Envelope(origin: .server, request: 0, body: .command(.removeExpiredInvites)))
        #expect(try scene.store.load().invites.isEmpty)
    }
}
