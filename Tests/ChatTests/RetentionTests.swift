import Testing

@testable import Chat

/// What is no more because of its age or its number, as the rules see it.
@Suite struct RetentionTests {
    private static let day = Int64(86_400_000)

    @Test(arguments: [(0, 0, 0), (30, 0, 30), (0, 7, 7), (30, 7, 7), (7, 30, 7)])
    func theShorterOfBothCounts(all: Int, own: Int, days: Int) {
        let now = Timestamp(milliseconds: 100 * Self.day)
        let rule = Retention(days: all)
        #expect(rule.days(withOwn: own) == days)
        let cutoff = days == 0 ? nil : Timestamp(milliseconds: (100 - Int64(days)) * Self.day)
        #expect(rule.cutoff(ownDays: own, now: now) == cutoff)
    }

    @Test func ofANumberOfEventsTheLastStay() {
        #expect(Retention.everything.lastBeyond(head: 1_000) == 0)
        let rule = Retention(events: 10)
        #expect([0, 9, 10, 11, 1_000].map { rule.lastBeyond(head: $0) } == [0, 0, 0, 1, 990])
    }

    /// A room of two people with six messages, from the fourth event on.
    private struct Scene {
        var chats = Chats()
        let (anna, bert): (PersonID, PersonID)
        let room: RoomID
        private(set) var said: [Event] = []

        init() {
            anna = chats.person("anna")
            bert = chats.person("bert")
            room = chats.room("tea", by: anna)
            chats.apply(.join(.id(room)), by: .person(bert))
            for number in 1...6 {
                if let event = chats.send("number \(number)", UInt64(number), to: room, by: bert).event {
                    said.append(event)
                }
            }
            chats.state.commit()
        }

        var state: RoomState? { chats.state.rooms[room] }

        func target(_ event: Event) -> StoredTarget { StoredTarget(event: event) }

        @discardableResult
        mutating func remove(_ count: Int, by actor: Actor = .operations) -> Verdict {
            let last = said[count - 1]
            let removal = HistoryRemoval(
                room: room, through: Head(sequence: last.sequence, link: last.link),
                remembered: [Erasure(sequence: last.sequence, contentDigest: .zero)])
            return chats.apply(.removeHistory(removal), by: actor)
        }

        mutating func say(_ content: Content, about event: Event? = nil) -> RefusalCode? {
            let send = SendMessage(
                room: room, id: SendID(high: 5, low: chats.context.random.next()), content: content)
            return chats.apply(.send(send), by: .person(bert), target: event.map { target($0) }).refusal
        }
    }

    @Test func whatIsRemovedIsTheBatchesLastWordOfTheRoom() {
        var scene = Scene()
        #expect(scene.state?.first == 1)
        #expect(scene.remove(2) == .accepted(.recorded))
        #expect(scene.state?.first == scene.said[2].sequence)
        #expect(scene.state?.firstVisible(to: scene.bert) == scene.said[2].sequence)
        let batch = scene.chats.state.batch
        #expect(batch.rooms.count == 1 && batch.rooms[0].events.isEmpty)
        #expect(batch.rooms[0].removal?.through.sequence == scene.said[1].sequence)
        #expect(batch.rooms[0].removal?.remembered.count == 1)
        scene.chats.state.commit()
        // Brought again by a conflict: nothing more.
        #expect(scene.remove(2) == .accepted(.recorded))
        #expect(scene.chats.state.batch.isEmpty)
        // Twice within a batch: one removal, up to the later.
        scene.remove(3)
        scene.remove(4)
        let both = scene.chats.state.batch.rooms[0].removal
        #expect(both?.through.sequence == scene.said[3].sequence && both?.remembered.count == 2)
        scene.chats.state.rollback()
        #expect(scene.state?.first == scene.said[2].sequence)
    }

    @Test func onlyTheServerItselfRemovesAndNothingThatIsNotThere() {
        var scene = Scene()
        #expect(scene.remove(2, by: .person(scene.anna)).refusal == .forbidden)
        #expect(
            scene.chats.apply(.forgetSends(before: .never), by: .person(scene.anna)).refusal == .forbidden)
        let far = HistoryRemoval(room: scene.room, through: Head(sequence: 99, link: .zero))
        #expect(scene.chats.apply(.removeHistory(far)).refusal == .unknownEvent)
        let stale = HistoryRemoval(room: scene.room, through: Head(sequence: 1, link: .zero), keepDays: 3)
        #expect(
            scene.chats.apply(.removeHistory(stale)).refusal == .busy, "it was judged by another word")
        let nowhere = HistoryRemoval(room: RoomID(high: 9, low: 9), through: Head(sequence: 1, link: .zero))
        #expect(scene.chats.apply(.removeHistory(nowhere)).refusal == .unknownRoom)
        #expect(scene.chats.state.batch.isEmpty)
    }

    @Test func whatIsSaidOfARemovedMessageIsUnknown() {
        var scene = Scene()
        let (gone, left) = (scene.said[1], scene.said[2])
        let about: [(UInt64) -> Content] = [
            { .edit(Edit(target: $0, body: MessageBody(text: "x"))) },
            { .reaction(Reaction(target: $0, text: "x")) },
            { .deletion($0) },
        ]
        scene.remove(2)
        // The store has it, as it was looked up before the batch.
        for content in about {
            #expect(scene.say(content(gone.sequence), about: gone) == .unknownEvent)
        }
        #expect(scene.say(.message(MessageBody(text: "x", replyTo: gone.sequence))) == .unknownEvent)
        #expect(scene.say(.message(MessageBody(text: "x", replyTo: left.sequence))) == nil)
        for content in about { #expect(scene.say(content(left.sequence), about: left) == nil) }
        let report = Command.report(EventPlace(room: scene.room, sequence: gone.sequence), reason: "")
        #expect(
            scene.chats.apply(report, by: .person(scene.bert), target: scene.target(gone)).refusal
                == .unknownEvent)
        // A repetition of what was stored has its first ack, and anything else under its id has not.
        let remembered = Event(
            room: gone.room, sequence: gone.sequence, id: gone.id, author: gone.author, at: gone.at,
            content: [], salt: gone.salt,
            contentDigest: DigestChain.contentDigest(
                salt: gone.salt, content: gone.content, hashing: ToyHashing()), link: .zero,
            sendID: gone.sendID)
        for (text, code) in [("number 2", nil), ("number 3", RefusalCode.idReused)] {
            let again = SendMessage(
                room: scene.room, id: SendID(high: 0, low: 2), body: MessageBody(text: text))
            let verdict = scene.chats.apply(.send(again), by: .person(scene.bert), receipt: remembered)
            #expect(verdict.refusal == code)
            if code == nil { #expect(verdict == .repeated(remembered)) }
        }
    }

    @Test func pinsGoWithTheirMessages() {
        var scene = Scene()
        for event in scene.said[0...3] {
            let send = SendMessage(
                room: scene.room, id: SendID(high: 6, low: event.sequence),
                content: .pin(Pin(target: event.sequence)))
            scene.chats.apply(.send(send), by: .person(scene.anna), target: scene.target(event))
        }
        scene.chats.state.commit()
        scene.remove(2)
        let left = scene.said[2...3].map(\.sequence)
        #expect(scene.state?.pins == left)
        let gone = scene.said[0...1].map { Pin(target: $0.sequence, isRemoved: true) }
        #expect(scene.chats.state.batch.rooms[0].pins == gone)
        scene.chats.state.rollback()
        #expect(scene.state?.pins.count == 4)
    }

    @Test func aRoomWithoutAnEventGoesOn() {
        var scene = Scene()
        scene.remove(6)
        #expect(scene.state?.first == (scene.state?.head.sequence ?? 0) + 1)
        #expect(scene.say(.message(MessageBody(text: "x", replyTo: 0))) == nil)
        #expect(scene.say(.message(MessageBody(text: "x", replyTo: scene.said[5].sequence))) == .unknownEvent)
        #expect(scene.chats.state.batch.rooms[0].events.map(\.sequence) == [scene.said[5].sequence + 1])
        let range = scene.chats.state.visibleRange(of: scene.room, to: scene.bert)
        #expect(range == VisibleRange(after: scene.said[5].sequence, through: scene.said[5].sequence + 1))
    }

    @Test func whoReadsSinceJoiningReadsNoRemovedEventEither() {
        var scene = Scene()
        let change = RequestedSettings(visibility: .sinceJoining, keepDays: 7)
        scene.chats.apply(.changeSettings(.id(scene.room), change), by: .person(scene.anna))
        #expect(scene.state?.room.rules == RoomRules(visibility: .sinceJoining, keepDays: 7))
        #expect(scene.state?.firstVisible(to: scene.bert) == 3)
        scene.remove(1)
        #expect(scene.state?.firstVisible(to: scene.bert) == scene.said[1].sequence)
    }
}
