import Chat
import Reactor
import Server
import Storage
import Testing
import Wire

/// What the sequencer does for keys: it records one before it is made, and lets none join that may not.
@Suite struct KeyRequestTests {
    private let key = NewKey(name: "bot", scopes: [.read], lifetime: .seconds(3_600))

    @Test func aKeyIsRecordedBeforeItMayBeMade() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, loop: 1, slot: 4)
        let wish = scene.envelope(anna, address, .makeKey(key))
        let output = scene.take(wish)
        #expect(
            output.loops == [[], [.makeKey(address.channel, request: wish.request, key, of: anna)]])
        let record = try #require(output.audit.last)
        #expect(record.kind == "token_made" && record.actor == "person:\(anna.id)")
        #expect(try scene.store.load().outbox.last == record)
    }

    @Test func whatCannotBeRecordedIsNotMade() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 4)
        scene.intake = .unavailable
        #expect(
            scene.take(scene.envelope(anna, address, .makeKey(key))).loops[0].map(\.refusal)
                == [.auditUnavailable])
        scene.intake = .open
        scene.store.fault = { _ in .full }
        #expect(
            scene.take(scene.envelope(anna, address, .makeKey(key))).loops[0].map(\.refusal) == [.storageFull]
        )
        scene.store.fault = { _ in nil }
        _ = scene.control(.command(.setDisabled(.id(anna.id), true)))
        #expect(
            scene.take(scene.envelope(anna, address, .makeKey(key))).loops[0].map(\.refusal) == [.disabled])
    }

    @Test func whoMayNotJoinFollowsOnlyWhereTheyAreMembers() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = ConnectionAddress(loop: 0, channel: ChannelID(slot: 1, generation: 1))
        scene.take(scene.envelope(anna, address, .attach(epoch: 0, nil)))
        let wish = CheckedSubscription(room: .id(room), join: true, mayJoin: false)
        let refused = scene.take(scene.envelope(anna, address, .subscribe(wish)))
        #expect(refused.loops[0].map(\.refusal) == [.outOfScope])
        #expect(try scene.store.load().rooms.first?.members[anna.id] == nil)
        _ = scene.control(.command(.addMember(.id(room), .id(anna.id), .member)))
        let granted = scene.take(scene.envelope(anna, address, .subscribe(wish)))
        guard case .subscribed(let subscription)? = granted.loops[0].first?.message else {
            Issue.record("a member is refused")
            return
        }
        #expect(subscription.head.sequence == 2, "nobody has joined once more")
    }
}
