import Chat
import Reactor
import Security
import Storage
import Testing
import Wire

@testable import Server

/// What a server says and does once the beginning of a history is removed.
@Suite struct RemovedHistoryTests {
    @Test func aRepeatedSendHasItsFirstAckAlsoAfterARestart() throws {
        let scene = try RetentionScene()
        let receipts = (1...4).map { scene.send($0, "number \($0)") }
        try scene.remove(Retention(events: 1))
        #expect(try scene.sequences().count == 1)
        #expect((1...4).map { scene.send($0, "number \($0)") } == receipts)
        let other = scene.scene.take(
            scene.scene.send("another", 2, scene.room, scene.anna, scene.address))
        #expect(other.loops[0].compactMap(\.refusal) == [.idReused])

        let again = try SequencerScene(store: scene.store.crash())
        let address = again.follower(scene.anna, of: scene.room, slot: 1)
        for id in UInt64(1)...4 {
            let output = again.take(again.send("number \(id)", id, scene.room, scene.anna, address))
            #expect(output.loops[0].compactMap(\.receipt) == [receipts[Int(id) - 1]])
        }
    }

    @Test func thoseWhoKeepTheIndexAndTheHistoryAreTold() throws {
        let scene = try RetentionScene(messages: 5)
        let removal = try #require(try scene.next(Retention(events: 2)))
        let output = scene.carryOut(.removeHistory(removal))
        #expect(output.anchors == [scene.room: removal.through.sequence])
        #expect(output.retention.map(\.request) == [7])
        #expect(output.heads.isEmpty && output.loops.allSatisfy(\.isEmpty), "nobody else is")
        // What is not stored is told too, and changes nothing.
        let more = try #require(try scene.next(Retention(events: 1)))
        scene.store.fault = { _ in .full }
        let refused = scene.carryOut(.removeHistory(more))
        #expect(refused.anchors.isEmpty)
        guard case .refused(let refusal)? = refused.retention.first?.answer else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusal.code == .storageFull)
        scene.store.fault = { _ in nil }
        #expect(try scene.span().anchor == removal.through)
        #expect(scene.carryOut(.removeHistory(more)).anchors == [scene.room: more.through.sequence])
    }

    @Test func itGoesOnWhereMessagesAreRefused() throws {
        let scene = try RetentionScene(messages: 3)
        scene.scene.storage = .reserved
        #expect(scene.say() == nil)
        try scene.remove(Retention(events: 1))
        #expect(try scene.sequences().count == 1)
        #expect(try scene.store.history.remembersSends(before: .never))
        scene.carryOut(.forgetSends(before: .never))
        #expect(try !scene.store.history.remembersSends(before: .never))
    }

    // MARK: subscribing

    private func subscribe(
        _ scene: RetentionScene, held: UInt64, link: Digest, incarnation: Incarnation?, slot: UInt32
    ) throws -> Subscription {
        let head = Head(sequence: held, link: link)
        let request = CheckedSubscription(
            room: .id(scene.room), join: false, lastHeld: held, incarnation: incarnation,
            common: try HistoryJob.common(of: [head], in: scene.room, reader: scene.store.history))
        let address = ConnectionAddress(loop: 0, channel: .init(slot: slot, generation: 1))
        scene.scene.take(
            scene.scene.envelope(scene.anna, address, .attach(epoch: scene.anna.sessionEpoch, nil)))
        let output = scene.scene.take(scene.scene.envelope(scene.anna, address, .subscribe(request)))
        for item in output.loops[0] {
            if case .subscribed(let subscription)? = item.message { return subscription }
        }
        throw Refusal(.notSubscribed)
    }

    @Test func whoHeldWhatWasRemovedHoldsNoOtherHistory() throws {
        let scene = try RetentionScene(messages: 6)
        let incarnation = Incarnation(high: 1, low: 1)
        let events = try scene.store.history.events(
            of: scene.room, after: 0, through: .max, maxEvents: 99, maxBytes: 9_999
        ).map(\.event)
        try scene.remove(Retention(events: 2))
        let anchor = try scene.span().anchor
        let cases: [(held: UInt64, incarnation: Incarnation?, common: UInt64, hasChanged: Bool)] = [
            (2, incarnation, 0, false), (2, Incarnation(high: 9, low: 9), 0, true),
            // The last that was removed can still be compared.
            (anchor.sequence, incarnation, anchor.sequence, false),
            (anchor.sequence, Incarnation(high: 9, low: 9), anchor.sequence, false),
            (anchor.sequence + 1, nil, anchor.sequence + 1, false),
        ]
        for (slot, one) in cases.enumerated() {
            let found = try subscribe(
                scene, held: one.held, link: events[Int(one.held) - 1].link, incarnation: one.incarnation,
                slot: UInt32(slot + 10))
            #expect(found.common.sequence == one.common && found.historyChanged == one.hasChanged, "\(one)")
            #expect(found.room.first == anchor.sequence + 1)
        }
        // What stands there now is another's.
        let forged = try subscribe(
            scene, held: anchor.sequence, link: .zero, incarnation: incarnation, slot: 20)
        #expect(forged.common == .empty && forged.historyChanged)
    }

    // MARK: reading

    private func page(
        _ scene: RetentionScene, after: UInt64, through: UInt64?, first: UInt64 = 1, most: Int = 100
    ) throws -> HistoryPage {
        let read = HistoryRequest(room: scene.room, after: after, through: through, maxEvents: most)
        let job = HistoryJob(
            reader: scene.store.history, read: read, first: first, passed: try scene.span().head, request: 1,
            limits: .standard)
        var stream = ServerMessageStream(frameLimit: 1 << 20, maxMessages: 2)
        stream.append(FrameEncoder.frame(of: job.run()).span)
        guard case .historyPage(let page)? = try stream.next()?.message else { throw Refusal(.unknownEvent) }
        return page
    }

    @Test func aPageSaysWhatIsLeftOutInFrontOfIt() throws {
        let scene = try RetentionScene(messages: 6)
        let head = try scene.span().head
        #expect(try page(scene, after: 0, through: nil).first == 0)
        try scene.remove(Retention(events: 3))
        let first = head - 2
        func look(_ after: UInt64, _ through: UInt64?, first: UInt64 = 1, most: Int = 100) throws -> [UInt64]
        {
            let page = try page(scene, after: after, through: through, first: first, most: most)
            return [page.first] + page.events.map(\.event.sequence)
        }
        #expect(try look(0, nil) == [first] + Array(first...head))
        #expect(try look(1, nil, most: 1) == [first, first])
        #expect(try look(first - 1, nil) == [0] + Array(first...head))
        #expect(try look(1, first - 1) == [first], "all that was asked for is gone")
        #expect(try look(head, nil) == [0])
        #expect(try look(3, 3) == [0], "nothing was asked for")
        // What the asker may not read is told as well.
        #expect(try look(0, nil, first: head) == [head, head])
        #expect(try look(0, 2, first: head) == [head])
    }

    @Test func theCheckBeginsWhereTheHistoryDoes() throws {
        let scene = try RetentionScene(messages: 6)
        let head = try scene.span().head
        let events = OpenEvents(store: scene.store, history: scene.store.history, server: []) {}
        #expect(try HistoryCheck(events: events, limits: .standard).run().events == Int(head))
        try scene.remove(Retention(events: 3))
        #expect(try HistoryCheck(events: events, limits: .standard).run().events == 3)
        // Another link at its beginning, and it does not verify.
        let wrong = Head(sequence: head - 2, link: NativeHashing().sha256([1]))
        scene.carryOut(.removeHistory(HistoryRemoval(room: scene.room, through: wrong)))
        let error = #expect(throws: StorageError.self) {
            try HistoryCheck(events: events, limits: .standard).run()
        }
        #expect(error?.code == .damaged)
    }

    // MARK: the index

    @Test func theIndexForgetsWhatWasRemovedAndReadsOn() throws {
        let scene = try RetentionScene()
        for number in 1...6 { scene.say("tea number\(number)") }
        let index = MemorySearchIndex()
        var shift = try IndexShift(index, history: scene.store.history, limits: .standard)
        func follow() throws {
            try shift.learn(scene.scene.heads)
            for _ in 0..<100 where !shift.isDone { try shift.step() }
            #expect(shift.isDone)
        }
        func found() throws -> Int {
            let lookup = SearchLookup(
                query: SearchQuery(text: "tea"),
                rooms: [scene.room: VisibleRange(after: 0, through: 1 << 39)], maxHits: 99, maxCandidates: 99)
            return try index.reader.find(lookup).places.count
        }
        try follow()
        #expect(try found() == 6)
        try scene.remove(Retention(events: 2))
        shift.learn(anchors: [scene.room: try scene.span().anchor.sequence])
        #expect(!shift.isDone)
        try follow()
        #expect(try found() == 2)
        // Removed before it was ever read, told or not: it is no gap.
        for number in 7...9 { scene.say("tea number\(number)") }
        try scene.remove(Retention(events: 1))
        try follow()
        #expect(shift.takeUnreadable().isEmpty)
        #expect(shift.indexed == (try scene.span().head))
        shift.learn(anchors: [scene.room: try scene.span().anchor.sequence])
        try follow()
        #expect(try found() == 1)
        // All of it.
        let last = try #require(
            try scene.store.history.events(
                of: scene.room, after: 0, through: .max, maxEvents: 9, maxBytes: 9_999
            ).last?.event)
        scene.say("the last")
        scene.carryOut(
            .removeHistory(
                HistoryRemoval(room: scene.room, through: Head(sequence: last.sequence, link: last.link))))
        try follow()
        shift.learn(anchors: [scene.room: try scene.span().anchor.sequence])
        try follow()
        #expect(try found() == 0)
    }
}
