import Chat
import Storage
import Testing
import Wire

@testable import Server

/// What is left of somebody who was deleted.
@Suite struct PersonErasingTests {
    @Test func theirWordsAndTheirNameAreErasedAndNobodyElses() throws {
        let scene = try DeletionScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let hall = scene.room("hall", of: ada, ben)
        let said = try scene.say("a secret", in: hall, by: ada)
        try scene.say(.edit(Edit(target: said, body: MessageBody(text: "another"))), in: hall, by: ada)
        let answer = try scene.say("I heard it", in: hall, by: ben)
        try scene.say(.reaction(Reaction(target: answer, text: "hm")), in: hall, by: ada)
        try scene.say(.reaction(Reaction(target: said, text: "oh")), in: hall, by: ben)
        let before = try scene.events(of: hall)

        guard case .person(let nameless)? = scene.begin(ada) else {
            Issue.record("the deletion was refused")
            return
        }
        #expect(nameless.isDisabled && nameless.name.displayed.hasPrefix("deleted-"))
        try scene.erasing.run(ada.id)

        let after = try scene.contents(of: hall)
        let words = after.compactMap { content -> String? in
            guard case .message(let body) = content else { return nil }
            return String(decoding: body.bytes, as: UTF8.self)
        }
        #expect(words == ["I heard it"])
        #expect(after.contains(.reaction(Reaction(target: said, text: "oh"))))
        #expect(!"\(after)".contains("ada"))
        #expect(try scene.verifies(hall))
        #expect(try scene.events(of: hall).prefix(before.count).map(\.link) == before.map(\.link))
        // The room is told, and that they are no member.
        guard case .personDeletion(ada.id)?? = after.dropLast().last,
            case .membership(let change)?? = after.last
        else {
            Issue.record("the room was told something else: \(after.suffix(2))")
            return
        }
        #expect(change.person == ada.id && change.role == nil && change.personName == nameless.name.displayed)
    }

    @Test func whatWasErasedIsCounted() throws {
        let scene = try DeletionScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let hall = scene.room("hall", of: ada, ben)
        let said = try scene.say("one", in: hall, by: ada)
        try scene.say(.edit(Edit(target: said, body: MessageBody(text: "two"))), in: hall, by: ada)
        try scene.say(.reaction(Reaction(target: said, text: "x")), in: hall, by: ada)
        try scene.say("three", in: hall, by: ada)
        _ = scene.begin(ada)
        try scene.erasing.run(ada.id)
        let counts = try #require(scene.deletion(of: ada)).counts
        let kinds: [DeletedCounts.Kind] = [.messages, .edits, .reactions, .mentions, .rooms, .auditEntries]
        #expect(kinds.map { counts[$0] } == [2, 1, 1, 1, 1, 5])
        #expect(scene.erasedParties == [.person(ada.id)])
        #expect(scene.deletion(of: ada)?.finishedAt != nil)
    }

    /// Ended at each of its steps and begun again by a process that knows only what is stored.
    @Test func whateverStopsItAnotherProcessGoesOn() throws {
        for patience in 0..<12 {
            let scene = try DeletionScene()
            scene.limits.tracesFound = 2
            let (ada, ben) = (scene.person("ada"), scene.person("ben"))
            let rooms = ["hall", "yard"].map { scene.room($0, of: ada, ben) }
            for room in rooms { for number in 0..<5 { try scene.say("word \(number)", in: room, by: ada) } }
            _ = scene.begin(ada)
            scene.patience = patience
            let isDone: Bool
            do {
                try scene.erasing.run(ada.id)
                isDone = true
            } catch {
                isDone = false
            }
            // One for the sessions, three pages in each room.
            #expect(isDone == (patience >= 7))
            let next = try DeletionScene(store: scene.store.crash())
            next.limits.tracesFound = 2
            if next.deletion(of: ada)?.finishedAt == nil { try next.erasing.run(ada.id) }
            for room in rooms {
                let contents = try next.contents(of: room)
                #expect(contents.count { if case .message = $0 { true } else { false } } == 0)
                #expect(contents.count { $0 == .personDeletion(ada.id) } == 1)
                #expect(try next.verifies(room))
            }
            #expect(next.deletion(of: ada)?.counts[.messages] == 10)
            #expect(next.deletion(of: ada)?.counts[.rooms] == 2)
        }
    }

    @Test func aRoomThatKnowsNothingOfThemIsToldNothing() throws {
        let scene = try DeletionScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let (hall, yard) = (scene.room("hall", of: ada), scene.room("yard", of: ben))
        let before = try scene.events(of: yard)
        _ = scene.begin(ada)
        try scene.erasing.run(ada.id)
        #expect(try scene.events(of: yard) == before)
        #expect(try scene.contents(of: hall).contains(.personDeletion(ada.id)))
    }

    @Test func pinsOfTheirMessagesGo() throws {
        let scene = try DeletionScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let hall = scene.room("hall", of: ada, ben)
        let said = try scene.say("pinned", in: hall, by: ada)
        _ = scene.sequencer.control(.command(.setRole(.id(hall), .id(ben.id), .owner)))
        try scene.say(.pin(Pin(target: said)), in: hall, by: ben)
        _ = scene.begin(ada)
        try scene.erasing.run(ada.id)
        guard case .history(let state)? = scene.sequencer.control(.describeRoom(.id(hall))) else {
            Issue.record("there is no hall")
            return
        }
        #expect(state.pins.isEmpty && state.members[ada.id] == nil)
    }

    @Test func theNameIsFreeAndTheIdIsNobodyAnyMore() throws {
        let scene = try DeletionScene()
        let ada = scene.person("ada")
        _ = scene.begin(ada)
        let again = scene.person("ada")
        #expect(again.id != ada.id)
        for command: Command in [
            .setDisabled(.id(ada.id), false), .setPassword(.id(ada.id), "hash"),
            .recordSecret(.id(ada.id), .inviteMade),
        ] {
            guard case .refused(let refusal)? = scene.sequencer.control(.command(command)) else {
                Issue.record("\(command) was granted")
                continue
            }
            #expect(refusal.code == .unknownPerson)
        }
        // Once more it is the same.
        guard case .person? = scene.begin(ada) else {
            Issue.record("asked again it was refused")
            return
        }
        #expect(scene.deletion(of: again) == nil)
    }

    @Test func aRoomKeepsAnOwnerAndTheServerAnAdministrator() throws {
        let scene = try DeletionScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let hall = scene.room("hall", of: ada, ben)
        _ = scene.sequencer.control(.command(.setRole(.id(hall), .id(ada.id), .owner)))
        func refusal(_ person: PersonID) -> Refusal? {
            guard case .refused(let refusal)? = scene.sequencer.control(.command(.deletePerson(.id(person))))
            else { return nil }
            return refusal
        }
        #expect(refusal(ada.id)?.code == .lastOwner)
        #expect(refusal(ada.id)?.detail.contains("hall") == true)
        _ = scene.sequencer.control(.command(.setRole(.id(hall), .id(ben.id), .owner)))
        #expect(refusal(ada.id) == nil)
        #expect(refusal(ben.id)?.code == .lastOwner, "who is about to go keeps no room")
        guard
            case .person(let root)? = scene.sequencer.control(
                .command(.addPerson(name: "root", password: nil, isAdministrator: true)))
        else { return }
        #expect(refusal(root.id)?.code == .lastAdministrator)
        _ = scene.sequencer.control(
            .command(.addPerson(name: "second", password: nil, isAdministrator: true)))
        #expect(refusal(root.id) == nil)
    }

    /// What they said is not found, and the room goes on in the index.
    @Test func theIndexForgetsThem() throws {
        let scene = try SearchScene()
        scene.limits.tracesFound = 2
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let hall = try scene.room("hall", of: ada, ben)
        for _ in 0..<5 { try scene.say("tea and cake", in: hall, by: ada) }
        let kept = try scene.say("tea for two", in: hall, by: ben)
        try scene.catchUp()
        #expect(try scene.indexed("tea", by: ben) == 6)
        _ = scene.sequencer.control(.command(.deletePerson(.id(ada.id))))
        let head = scene.sequencer.heads[hall] ?? 0
        let traces = try scene.store.history.traces(
            of: ada.id, in: hall, after: 0, through: head, within: Limits.standard.traces)
        _ = scene.sequencer.control(.command(.eraseTraces(of: ada.id, in: hall, after: 0, traces)))
        #expect(try scene.find("tea", by: ben) == [kept])
        let later = try scene.say("more tea", in: hall, by: ben)
        try scene.catchUp()
        #expect(try scene.indexed("tea", by: ben) == 2)
        #expect(try Set(scene.find("tea", by: ben)) == [kept, later])
    }
}
