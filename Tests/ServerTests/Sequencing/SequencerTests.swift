import Chat
import Reactor
import Server
import Storage
import Testing
import Wire

/// The sequencer's promises, one batch at a time.
@Suite struct SequencerTests {
    @Test func anEventAndItsAckAreHandedOutOnlyOnceStored() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.store.fault = { _ in .slow }
        let before = scene.outputs.count
        scene.take(scene.send("hello", 1, room, anna, address))
        #expect(scene.outputs.count == before)
        #expect(!scene.isIdle)
        scene.store.fault = { _ in nil }
        scene.store.release()
        let items = try #require(scene.outputs.last?.loops[0])
        #expect(items.compactMap(\.eventSequence) == [3])
        #expect(items.compactMap(\.receipt).map(\.sequence) == [3])
    }

    @Test func anEventIsEncodedOnceAndPostedOncePerLoop() throws {
        let scene = try SequencerScene()
        let room = scene.room("tea")
        var address: ConnectionAddress?
        var author: Person?
        for index in 0..<1_000 {
            let person = scene.person("p\(index)")
            address = scene.follower(person, of: room, loop: index % 2, slot: UInt32(index))
            author = person
        }
        let sender = (try #require(author), try #require(address))
        let output = scene.take(
            scene.send("hello", 1, room, sender.0, sender.1), scene.send("you", 2, room, sender.0, sender.1))
        let events = output.loops.map { $0.filter { $0.eventSequence != nil } }
        #expect(events.map(\.count) == [2, 2])
        #expect(events[0] == events[1])
        // Beside them only the two acks: nothing was encoded for anybody else.
        #expect(output.loops.map(\.count).reduce(0, +) == 6)
    }

    @Test func aRepeatedSendIsAnsweredWithTheFirstAckAfterARestartToo() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        let first = scene.take(scene.send("hello", 1, room, anna, address)).loops[0].compactMap(\.receipt)
        let again = scene.take(scene.send("hello", 1, room, anna, address))
        #expect(again.loops[0].compactMap(\.receipt) == first)
        #expect(again.loops[0].compactMap(\.eventSequence) == [])

        let restarted = try SequencerScene(store: scene.store.crash())
        let after = restarted.follower(anna, of: room, slot: 1)
        #expect(
            restarted.take(restarted.send("hello", 1, room, anna, after)).loops[0].compactMap(\.receipt)
                == first)
        #expect(
            restarted.take(restarted.send("other", 1, room, anna, after)).loops[0].first?.refusal == .idReused
        )
        #expect(
            restarted.take(restarted.send("new", 2, room, anna, after)).loops[0].compactMap(\.receipt).count
                == 1)
    }

    @Test func aFullDiskRefusesTheBatchAndTheNextOneGoesOn() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.store.fault = { _ in .full }
        let refused = scene.take(
            scene.send("one", 1, room, anna, address), scene.send("two", 2, room, anna, address))
        #expect(refused.loops[0].compactMap(\.refusal) == [.storageFull, .storageFull])
        #expect(refused.loops[0].compactMap(\.eventSequence) == [])
        scene.store.fault = { _ in nil }
        let taken = scene.take(scene.send("one", 1, room, anna, address))
        #expect(taken.loops[0].compactMap(\.receipt).map(\.sequence) == [3])
    }

    @Test func aRefusalThatRestsOnWhatAFullDiskUndidIsTakenBack() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.store.fault = { _ in .full }
        let create = Envelope.Body.command(.createRoom(name: "hall", kind: .open))
        let none = RoomID(high: 9, low: 9)
        let output = scene.take(
            scene.send("nowhere", 1, none, anna, address), scene.envelope(anna, address, create),
            scene.envelope(anna, address, create))
        #expect(output.loops[0].map(\.refusal) == [.unknownRoom, .storageFull, .storageFull])
    }

    @Test(arguments: [true, false])
    func anUnknownOutcomeIsSaidAndNothingMoreIsAppended(isStored: Bool) throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.store.fault = { _ in .unknown(isStored: isStored) }
        let output = scene.take(scene.send("hello", 1, room, anna, address))
        #expect(output.loops[0].compactMap(\.refusal) == [.unknownOutcome])
        #expect(output.loops[0].compactMap(\.eventSequence) == [])
        #expect(scene.hasFailed)

        // The same id, sent to the restarted server, gives exactly one event.
        let restarted = try SequencerScene(store: scene.store.crash())
        let after = restarted.follower(anna, of: room, slot: 1)
        let receipts = restarted.take(restarted.send("hello", 1, room, anna, after)).loops[0].compactMap(
            \.receipt)
        #expect(receipts.map(\.sequence) == [3])
        #expect(try restarted.store.load().rooms.first { $0.room.id == room }?.head.sequence == 3)
    }

    @Test func aConflictIsAppliedAgainAndInTheEndAnsweredWithBusy() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.store.fault = { _ in .conflict }
        scene.take(scene.send("hello", 1, room, anna, address))
        #expect(scene.hasReturned)
        scene.store.fault = { _ in nil }
        #expect(scene.take().loops[0].compactMap(\.receipt).map(\.sequence) == [3])

        scene.store.fault = { _ in .conflict }
        scene.take(scene.send("again", 2, room, anna, address))
        while scene.hasReturned { scene.take() }
        #expect(scene.outputs.last?.loops[0].compactMap(\.refusal) == [.busy])
    }

    @Test func aSendThatIsStoredGetsItsAckAlsoWhenTheDiskIsFull() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.take(scene.send("hello", 1, room, anna, address))
        scene.store.fault = { _ in .full }
        let output = scene.take(
            scene.send("hello", 1, room, anna, address), scene.send("new", 2, room, anna, address))
        #expect(output.loops[0].compactMap(\.receipt).map(\.sequence) == [3])
        #expect(output.loops[0].compactMap(\.refusal) == [.storageFull])
    }

    @Test func withinTheReserveWhatIsStoredIsAnsweredAndNothingIsAppended() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.take(scene.send("hello", 1, room, anna, address))
        scene.storage = .reserved
        scene.store.fault = { batch in
            Issue.record("a batch was appended: \(batch)")
            return nil
        }
        let output = scene.take(
            scene.send("hello", 1, room, anna, address), scene.send("new", 2, room, anna, address))
        #expect(output.loops[0].compactMap(\.receipt).map(\.sequence) == [3])
        #expect(output.loops[0].compactMap(\.refusal) == [.storageFull])
        scene.store.fault = { _ in nil }
        scene.storage = .open
        let taken = scene.take(scene.send("new", 2, room, anna, address))
        #expect(taken.loops[0].compactMap(\.receipt).map(\.sequence) == [4])
    }

    /// Who reads is not held up by those who write in vain.
    @Test func whoOnlyLooksIsAnsweredAlsoWhenTheBatchWasUndone() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        let other = ConnectionAddress(loop: 1, channel: ChannelID(slot: 5, generation: 1))
        scene.take(scene.envelope(anna, other, .attach(epoch: anna.sessionEpoch, nil)))
        scene.store.fault = { _ in .full }
        let output = scene.take(
            scene.send("one", 1, room, anna, address),
            scene.envelope(anna, other, .subscribe(CheckedSubscription(room: .id(room), join: true))),
            scene.envelope(anna, other, .listRooms(includePublic: false, after: nil)))
        #expect(output.loops[0].compactMap(\.refusal) == [.storageFull])
        #expect(output.loops[1].compactMap(\.refusal) == [])
        guard case .subscribe(_, let followed, let head, _, _)? = output.loops[1].first, followed == room,
            head == 2
        else {
            Issue.record("no subscription: \(output.loops[1])")
            return
        }
        #expect(output.loops[1].count == 3, "the subscription, how far it was read, the list")
        // Nothing of what was undone is left.
        scene.store.fault = { _ in nil }
        let taken = scene.take(scene.send("one", 1, room, anna, address))
        #expect(taken.loops[1].compactMap(\.eventSequence) == [3])
    }

    /// Starting again would not mend it: so the process goes on, and who only reads is served.
    @Test func aDamagedHistoryIsReadAndNothingIsAppendedAnyMore() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.take(scene.send("hello", 1, room, anna, address))
        scene.store.fault = { _ in .damaged }
        let output = scene.take(
            scene.send("hello", 1, room, anna, address), scene.send("new", 2, room, anna, address))
        #expect(output.loops[0].compactMap(\.receipt).map(\.sequence) == [3])
        #expect(output.loops[0].compactMap(\.refusal) == [.storageDamaged])
        #expect(output.storage == .damaged)
        #expect(!scene.hasFailed)

        scene.store.fault = { batch in
            Issue.record("a batch was appended: \(batch)")
            return nil
        }
        let bert = ConnectionAddress(loop: 1, channel: ChannelID(slot: 5, generation: 1))
        let attached = scene.take(
            scene.envelope(anna, bert, .attach(epoch: anna.sessionEpoch, nil)),
            scene.envelope(anna, bert, .subscribe(CheckedSubscription(room: .id(room), join: true))),
            scene.send("more", 3, room, anna, address),
            Envelope(origin: .audit, request: 0, body: .audited([AuditRecordID(high: 1, low: 1)])))
        let subscribed = attached.loops[1].contains { if case .subscribe = $0 { true } else { false } }
        #expect(subscribed)
        #expect(attached.loops[0].compactMap(\.refusal) == [.storageDamaged])
    }

    @Test func nothingIsSaidOfWhatAConflictKeptOut() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        scene.store.fault = { _ in .conflict }
        let output = scene.take(
            scene.send("hello", 1, room, anna, address), scene.send("hello", 1, room, anna, address),
            scene.send("other", 1, room, anna, address),
            scene.envelope(anna, address, .listRooms(includePublic: false, after: nil)))
        #expect(output.loops[0].isEmpty)
        scene.store.fault = { _ in nil }
        let again = scene.take()
        #expect(again.loops[0].compactMap(\.receipt).map(\.sequence) == [3, 3])
        #expect(again.loops[0].compactMap(\.refusal) == [.idReused])
        #expect(
            again.loops[0].compactMap(\.message).contains { if case .roomList = $0 { true } else { false } })
    }

    @Test func nobodyGetsWhatFollowsHisRemoval() throws {
        let scene = try SequencerScene()
        let (anna, bert, room) = (scene.person("anna"), scene.person("bert"), scene.room("tea"))
        let (one, two) = (
            scene.follower(anna, of: room, slot: 1), scene.follower(bert, of: room, loop: 1, slot: 2)
        )
        let output = scene.take(
            scene.send("before", 1, room, anna, one),
            Envelope(
                origin: .control(99), request: 99, body: .command(.removeMember(.id(room), .id(bert.id)))),
            scene.send("after", 2, room, anna, one))
        #expect(output.loops[0].compactMap(\.eventSequence) == [4, 5, 6])
        #expect(output.loops[1].compactMap(\.eventSequence) == [4, 5])
        guard case .unsubscribe(two.channel, room, _, settles: false)? = output.loops[1].last else {
            Issue.record("the subscription did not end with the removal")
            return
        }
    }

    @Test func aSubscriptionStandsExactlyBetweenTwoEvents() throws {
        let scene = try SequencerScene()
        let (anna, bert, room) = (scene.person("anna"), scene.person("bert"), scene.room("tea"))
        let one = scene.follower(anna, of: room, slot: 1)
        let two = ConnectionAddress(loop: 1, channel: ChannelID(slot: 2, generation: 1))
        scene.take(scene.envelope(bert, two, .attach(epoch: 0, nil)))
        let output = scene.take(
            scene.send("before", 1, room, anna, one),
            scene.envelope(bert, two, .subscribe(CheckedSubscription(room: .id(room), join: true))),
            scene.send("after", 2, room, anna, one))
        guard
            case .subscribed(let subscription)? = output.loops[1].compactMap(\.message).first(where: {
                if case .subscribed = $0 { true } else { false }
            })
        else {
            Issue.record("not subscribed")
            return
        }
        #expect(subscription.head.sequence == 4)
        #expect(output.loops[1].compactMap(\.eventSequence) == [5])
    }

    @Test func disablingAPersonEndsTheirConnections() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        let output = scene.take(
            Envelope(origin: .control(9), request: 9, body: .command(.setDisabled(.id(anna.id), true))))
        #expect(output.loops[0] == [.disconnect(address.channel, .disabled, "")])
        let again = scene.take(scene.envelope(anna, address, .attach(epoch: 0, nil)))
        guard case .attached(_, _, .failure(let refusal))? = again.loops[0].first else {
            Issue.record("a disabled person was let in")
            return
        }
        #expect(refusal.code == .disabled)
    }

    @Test func anotherPasswordEndsTheConnectionsThatTheEarlierLetIn() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let address = scene.follower(anna, of: room, slot: 1)
        let output = scene.take(
            Envelope(origin: .control(9), request: 9, body: .command(.setPassword(.id(anna.id), "h"))))
        #expect(
            output.loops[0] == [.disconnect(address.channel, .sessionRevoked, "the password was changed")])
    }

    /// A login that was proved before a password was set: by the earlier password, its token or an invite.
    @Test func whatWasProvedBeforeAnotherPasswordIsVoid() throws {
        let scene = try SequencerScene()
        let anna = scene.person("anna")
        _ = scene.control(.command(.setPassword(.id(anna.id), "new")))
        let address = ConnectionAddress(loop: 0, channel: ChannelID(slot: 2, generation: 1))
        for change in [nil, .rehashed("old"), .chosen("invited")] as [LoginChange?] {
            let output = scene.take(scene.envelope(anna, address, .attach(epoch: anna.sessionEpoch, change)))
            guard case .attached(_, _, .failure(let refusal))? = output.loops[0].first else {
                Issue.record("let in by what was void")
                continue
            }
            #expect(refusal.code == .wrongCredentials)
        }
        guard case .person(let now) = scene.control(.showPerson(.id(anna.id))) else {
            Issue.record("anna is gone")
            return
        }
        #expect(now.password == "new")
    }

    @Test func anInviteIsUsedOnceAndEndsWhatTheEarlierPasswordLetIn() throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        let earlier = scene.follower(anna, of: room, slot: 1)
        let (one, two) = (
            ConnectionAddress(loop: 0, channel: ChannelID(slot: 2, generation: 1)),
            ConnectionAddress(loop: 1, channel: ChannelID(slot: 3, generation: 1))
        )
        let output = scene.take(
            scene.envelope(anna, one, .attach(epoch: 0, .chosen("one"))),
            scene.envelope(anna, two, .attach(epoch: 0, .chosen("two"))))
        #expect(
            output.loops[0].first
                == .disconnect(earlier.channel, .sessionRevoked, "the password was changed"))
        guard case .attached(one.channel, _, .success(let person))? = output.loops[0].last,
            case .attached(two.channel, _, .failure(let refusal))? = output.loops[1].last
        else {
            Issue.record("not one of two was let in")
            return
        }
        #expect(person.password == "one" && person.sessionEpoch == 1)
        #expect(refusal.code == .wrongCredentials)
        // The same password at another cost leaves everybody in.
        let rehashed = scene.take(scene.envelope(anna, two, .attach(epoch: 1, .rehashed("one more"))))
        #expect(rehashed.loops[0].isEmpty && rehashed.loops[1].count == 1)
    }

    /// And nobody else's, of the same person or another.
    @Test func aSessionThatIsClosedTakesItsConnectionsAlong() throws {
        let scene = try SequencerScene()
        let (anna, bert, room) = (scene.person("anna"), scene.person("bert"), scene.room("tea"))
        _ = scene.follower(bert, of: room, slot: 9)
        _ = scene.follower(anna, of: room, slot: 1)
        let ended = LoginSessionID(high: 1, low: 2)
        let channels = (2...4).map { ChannelID(slot: $0, generation: 1) }
        for (loop, channel) in zip([0, 1, 1], channels) {
            let address = ConnectionAddress(loop: loop, channel: channel)
            scene.take(scene.envelope(anna, address, .attach(epoch: 0, session: ended, nil)))
        }
        // One of them has left meanwhile.
        scene.take(scene.envelope(anna, ConnectionAddress(loop: 1, channel: channels[2]), .detach))
        let output = scene.take(
            Envelope(origin: .server, request: 0, body: .endSession(ended, of: anna.id)))
        let detail = "the session was closed"
        #expect(output.loops[0] == [.disconnect(channels[0], .sessionRevoked, detail)])
        #expect(output.loops[1] == [.disconnect(channels[1], .sessionRevoked, detail)])
        #expect(output.control.isEmpty)
    }

    @Test func disablingVoidsSessionsForGood() throws {
        let scene = try SequencerScene()
        let anna = scene.person("anna")
        for isDisabled in [true, true, false] {
            _ = scene.control(.command(.setDisabled(.id(anna.id), isDisabled)))
        }
        let address = ConnectionAddress(loop: 0, channel: ChannelID(slot: 2, generation: 1))
        let output = scene.take(scene.envelope(anna, address, .attach(epoch: 0, nil)))
        guard case .attached(_, _, .failure(let refusal))? = output.loops[0].first else {
            Issue.record("a session from before came back to life")
            return
        }
        #expect(refusal.code == .wrongCredentials)
        let now = scene.take(scene.envelope(anna, address, .attach(epoch: 1, nil)))
        guard case .attached(_, _, .success)? = now.loops[0].first else {
            Issue.record("once disabled, never let in again")
            return
        }
    }

    @Test func limitsOnSubscriptionsAreKept() throws {
        var limits = Limits.standard
        limits.subscriptionsOfAConnection = 1
        let scene = try SequencerScene(limits: limits)
        let (anna, room, other) = (scene.person("anna"), scene.room("tea"), scene.room("coffee"))
        let address = scene.follower(anna, of: room, slot: 1)
        func subscribe(_ room: RoomID) -> RefusalCode? {
            let subscription = CheckedSubscription(room: .id(room), join: true)
            return scene.take(scene.envelope(anna, address, .subscribe(subscription))).loops[0].compactMap(
                \.refusal
            ).first
        }
        #expect(subscribe(other) == .tooMany)
        scene.take(scene.envelope(anna, address, .detach))
        #expect(
            scene.take(scene.send("gone", 1, room, anna, address)).loops[0].compactMap(\.eventSequence) == [])
    }
}
