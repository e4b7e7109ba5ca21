import Testing

@testable import Chat

/// How far people have read, what is unread, and who is named in it.
@Suite struct ReadingTests {
    private struct Scene {
        var chats: Chats
        let (anna, ben, room): (PersonID, PersonID, RoomID)
        private var sends: UInt64 = 0

        init(limits: Limits = .standard) {
            var chats = Chats(limits: limits)
            (anna, ben) = (chats.person("anna"), chats.person("ben"))
            room = chats.room("tea", by: anna)
            chats.apply(.join(.id(room)), by: .person(ben))
            chats.state.commit()
            self.chats = chats
        }

        @discardableResult
        mutating func say(
            _ text: String = "x", by person: PersonID, naming people: [PersonID] = [], everyone: Bool = false
        ) -> Verdict {
            say(.message(MessageBody(text: text, mentions: people, mentionsEveryone: everyone)), by: person)
        }

        mutating func say(_ content: Content, by person: PersonID, about target: Event? = nil) -> Verdict {
            sends += 1
            let message = SendMessage(room: room, id: SendID(high: 3, low: sends), content: content)
            return chats.apply(
                .send(message), by: .person(person), target: target.map { StoredTarget(event: $0) })
        }

        mutating func read(_ event: Event?, by person: PersonID) -> Verdict {
            chats.apply(
                .markRead(room, through: event?.sequence ?? 99), by: .person(person),
                counted: event?.messages)
        }

        func position(of person: PersonID) -> ReadPosition? {
            chats.state.readPosition(of: person, in: room)
        }

        func unread(_ person: PersonID) -> UInt64? { position(of: person)?.unread }
    }

    @Test func messagesAreUnreadUntilTheyAreRead() throws {
        var scene = Scene()
        #expect(scene.unread(scene.ben) == 0, "whoever comes in has read what was there")
        let first = try #require(scene.say(by: scene.anna).event)
        let second = try #require(scene.say(by: scene.anna).event)
        // Not every event is a message.
        let reaction = try #require(
            scene.say(.reaction(Reaction(target: 4, text: "+")), by: scene.anna, about: first).event)
        #expect(scene.unread(scene.ben) == 2)
        #expect(scene.read(first, by: scene.ben) == .accepted(.position(scene.room)))
        #expect(scene.unread(scene.ben) == 1)
        #expect(scene.read(reaction, by: scene.ben) == .accepted(.position(scene.room)))
        #expect(
            scene.position(of: scene.ben)
                == ReadPosition(room: scene.room, sequence: reaction.sequence, unread: 0, mentions: 0))
        // Nobody unreads.
        #expect(scene.read(second, by: scene.ben) == .accepted(.position(scene.room)))
        #expect(scene.position(of: scene.ben)?.sequence == reaction.sequence)
        #expect(scene.unread(scene.anna) == 2, "each has their own")
    }

    @Test func onlyMembersReadAndOnlyWhatIsThere() throws {
        var scene = Scene()
        let carl = scene.chats.person("carl")
        let event = try #require(scene.say(by: scene.anna).event)
        #expect(scene.read(event, by: carl).refusal == .notAMember)
        #expect(scene.read(nil, by: scene.ben).refusal == .unknownEvent)
        #expect(
            scene.chats.apply(.markRead(scene.room, through: 1), by: .operations).refusal == .forbidden)
        #expect(scene.position(of: carl) == nil)
    }

    @Test func whoeverComesAgainHasReadWhatWasSaidMeanwhile() throws {
        var scene = Scene()
        scene.chats.apply(.leave(.id(scene.room)), by: .person(scene.ben))
        #expect(scene.position(of: scene.ben) == nil)
        scene.say(by: scene.anna, naming: [scene.ben])
        scene.chats.apply(.join(.id(scene.room)), by: .person(scene.ben))
        #expect(scene.unread(scene.ben) == 0)
        #expect(scene.position(of: scene.ben)?.mentions == 0, "nobody is told of rooms that they are not in")
    }

    @Test func whoIsNamedIsToldUntilItIsRead() throws {
        var scene = Scene()
        let carl = scene.chats.person("carl")
        let named = try #require(scene.say(by: scene.anna, naming: [scene.ben, carl, scene.anna]).event)
        scene.say(by: scene.anna)
        scene.say(by: scene.anna, everyone: true)
        #expect(scene.position(of: scene.ben)?.mentions == 2)
        #expect(scene.position(of: scene.anna)?.mentions == 0, "nobody calls themselves")
        #expect(scene.read(named, by: scene.ben).refusal == nil)
        #expect(scene.position(of: scene.ben)?.mentions == 1)
        // Whoever does not want to hear from somebody is not called by them.
        scene.chats.apply(.block(.id(scene.anna), isLifted: false), by: .person(scene.ben))
        scene.say(by: scene.anna, naming: [scene.ben])
        #expect(scene.position(of: scene.ben)?.mentions == 1)
    }

    @Test func namingHasLimits() throws {
        var limits = Limits.standard
        (limits.mentionsOfAMessage, limits.membersNamedAtOnce, limits.mentionsKept) = (2, 2, 3)
        var scene = Scene(limits: limits)
        let (carl, dora) = (scene.chats.person("carl"), scene.chats.person("dora"))
        #expect(scene.say(by: scene.anna, naming: [scene.ben, carl, dora]).refusal == .tooMany)
        #expect(scene.say(by: scene.ben, everyone: true).refusal == .forbidden)
        for _ in 0..<5 { #expect(scene.say(by: scene.anna, everyone: true).refusal == nil) }
        #expect(scene.position(of: scene.ben)?.mentions == 3)
        #expect(scene.unread(scene.ben) == 5)
        scene.chats.apply(.join(.id(scene.room)), by: .person(carl))
        #expect(scene.say(by: scene.anna, everyone: true).refusal == .tooMany)
        let edit = Content.edit(Edit(target: 4, body: MessageBody(text: "y", mentions: [scene.ben])))
        let event = try #require(
            scene.chats.state.pendingEvent(at: EventPlace(room: scene.room, sequence: 4)))
        #expect(scene.say(edit, by: scene.anna, about: event).refusal == .invalidArgument)
    }

    @Test func whatIsUndoneWasNotRead() throws {
        var scene = Scene()
        let event = try #require(scene.say(by: scene.anna, naming: [scene.ben]).event)
        scene.chats.state.commit()
        let before = scene.position(of: scene.ben)
        _ = scene.read(event, by: scene.ben)
        scene.say(by: scene.anna, everyone: true)
        scene.chats.apply(.leave(.id(scene.room)), by: .person(scene.ben))
        scene.chats.state.rollback()
        #expect(scene.position(of: scene.ben) == before)
        #expect(before?.unread == 1 && before?.mentions == 1)
        #expect(scene.chats.state.batch.isEmpty)
    }

    @Test func aBatchStoresTheLastMarkOnly() throws {
        var scene = Scene()
        for _ in 0..<3 {
            let event = try #require(scene.say(by: scene.anna, naming: [scene.ben]).event)
            _ = scene.read(event, by: scene.ben)
        }
        let marks = try #require(scene.chats.state.batch.rooms.first?.marks)
        #expect(marks.map(\.person) == [scene.ben])
        #expect(marks.first?.mark?.sequence == scene.chats.state.rooms[scene.room]?.head.sequence)
    }

    @Test func aStateReadsBackWhatAnotherHasStored() throws {
        var scene = Scene()
        scene.say(by: scene.anna, naming: [scene.ben])
        let state = try #require(scene.chats.state.rooms[scene.room])
        let mark = ReadMark(sequence: 2, messages: 0, mentions: [4])
        let stored = StoredState.StoredRoom(
            room: state.room, head: state.head, lastAt: state.lastAt, members: state.members,
            messages: state.messages, marks: [scene.ben: mark])
        scene.chats.state.rollback()
        scene.chats.state.replace(scene.room, by: stored)
        #expect(
            scene.position(of: scene.ben)
                == ReadPosition(room: scene.room, sequence: 2, unread: 1, mentions: 1))
        scene.chats.state.replace(scene.room, by: nil)
        #expect(scene.position(of: scene.ben) == nil)
    }
}
