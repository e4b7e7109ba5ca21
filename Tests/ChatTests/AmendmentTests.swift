import Testing

@testable import Chat

/// What is said about a message: who may, of what, and what is erased.
@Suite struct AmendmentTests {
    /// A room with an owner, a moderator and two members, one of whom has said something.
    private struct Scene {
        var chats = Chats()
        let owner, moderator, author, other, stranger: PersonID
        let room: RoomID
        let said: Event
        private var lastSend: UInt64 = 100

        init(kind: Room.Kind = .open) throws {
            owner = chats.person("owner")
            moderator = chats.person("moderator")
            author = chats.person("author")
            other = chats.person("other")
            stranger = chats.person("stranger")
            room = chats.room("tea", kind, by: owner)
            for person in [moderator, author, other] {
                chats.apply(.addMember(.id(room), .id(person), .member), by: .person(owner))
            }
            chats.apply(.setRole(.id(room), .id(moderator), .moderator), by: .person(owner))
            said = try #require(chats.send("hello", 1, to: room, by: author).event)
            chats.state.commit()
        }

        var stored: StoredTarget { StoredTarget(event: said) }

        mutating func say(
            _ content: Content, by person: PersonID, target: StoredTarget? = nil
        ) -> Verdict {
            lastSend += 1
            let message = SendMessage(room: room, id: SendID(high: 0, low: lastSend), content: content)
            return chats.state.apply(
                .send(message), by: .person(person), target: target ?? stored, &chats.context)
        }
    }

    private static let edit: @Sendable (UInt64) -> Content = { (target: UInt64) in
        Content.edit(Edit(target: target, body: MessageBody(text: "hallo")))
    }
    private static let reaction: @Sendable (UInt64) -> Content = { (target: UInt64) in
        Content.reaction(Reaction(target: target, text: "👍"))
    }

    private static func digest(of event: Event) -> Digest {
        DigestChain.contentDigest(salt: event.salt, content: event.content, hashing: ToyHashing())
    }

    /// Who may do what, cell by cell; `nil` for allowed.
    @Test(
        arguments: [
            ("author", nil, nil, nil), ("other", .forbidden, .forbidden, nil),
            ("moderator", .forbidden, nil, nil), ("owner", .forbidden, nil, nil),
            ("stranger", .notAMember, .notAMember, .notAMember),
        ] as [(String, RefusalCode?, RefusalCode?, RefusalCode?)])
    func whoMayDoWhat(
        who: String, edit: RefusalCode?, deletion: RefusalCode?, reaction: RefusalCode?
    ) throws {
        for (content, code) in [
            (Self.edit, edit), ({ .deletion($0) }, deletion), (Self.reaction, reaction),
        ] as [((UInt64) -> Content, RefusalCode?)] {
            var scene = try Scene()
            let people = [
                "author": scene.author, "other": scene.other, "moderator": scene.moderator,
                "owner": scene.owner, "stranger": scene.stranger,
            ]
            let person = try #require(people[who])
            let verdict = scene.say(content(scene.said.sequence), by: person)
            #expect(verdict.refusal == code, "\(who)")
            #expect((verdict.event != nil) == (code == nil))
            #expect(scene.chats.state.batch.isEmpty == (code != nil), "a refusal changes nothing")
        }
    }

    @Test func aDeletionErasesTheMessageAndItsEdits() throws {
        var scene = try Scene()
        let first = try #require(scene.say(Self.edit(scene.said.sequence), by: scene.author).event)
        #expect(
            scene.chats.state.batch.rooms[0].edits == [
                EditPlace(
                    sequence: first.sequence, target: scene.said.sequence,
                    contentDigest: Self.digest(of: first))
            ])
        scene.chats.state.commit()
        // One that is stored, and one of the same batch.
        let known = StoredTarget(
            event: scene.said,
            edits: [Erasure(sequence: first.sequence, contentDigest: Self.digest(of: first))])
        let second = try #require(
            scene.say(Self.edit(scene.said.sequence), by: scene.author, target: known).event)
        _ = try #require(scene.say(.deletion(scene.said.sequence), by: scene.author, target: known).event)
        let room = scene.chats.state.batch.rooms[0]
        #expect(room.erasures.map(\.sequence) == [scene.said.sequence, first.sequence, second.sequence])
        for (erasure, event) in zip(room.erasures, [scene.said, first, second]) {
            #expect(erasure.contentDigest == Self.digest(of: event))
        }
        #expect(room.audit.isEmpty, "one's own message is one's own affair")
        // From now on it is gone, in this batch as in the next.
        #expect(scene.say(Self.edit(scene.said.sequence), by: scene.author).refusal == .deleted)
        #expect(scene.say(.deletion(scene.said.sequence), by: scene.author).refusal == .deleted)
        #expect(scene.say(Self.reaction(scene.said.sequence), by: scene.other).refusal == .deleted)
        scene.chats.state.commit()
        let erased = StoredTarget(
            event: Event(
                room: scene.room, sequence: scene.said.sequence, id: scene.said.id, author: scene.author,
                at: scene.said.at, content: [], salt: scene.said.salt,
                contentDigest: room.erasures[0].contentDigest, link: scene.said.link,
                sendID: scene.said.sendID))
        let late = scene.say(Self.edit(scene.said.sequence), by: scene.author, target: erased)
        #expect(late.refusal == .deleted)
    }

    @Test func aModeratorsDeletionIsRecorded() throws {
        var scene = try Scene()
        _ = try #require(scene.say(.deletion(scene.said.sequence), by: scene.moderator).event)
        let records = scene.chats.state.batch.rooms[0].audit
        #expect(records.map(\.kind) == [AuditKind.messageDeleted.rawValue])
        #expect(
            records.first?.subjects == [
                AuditParty.room(scene.room).text, AuditParty.person(scene.author).text,
            ])
        scene = try Scene()
        scene.chats.context.audit = .unavailable
        #expect(scene.say(.deletion(scene.said.sequence), by: scene.moderator).refusal == .auditUnavailable)
        #expect(scene.say(.deletion(scene.said.sequence), by: scene.author).event != nil)
    }

    @Test func inADirectRoomEachDeletesTheirOwn() throws {
        var chats = Chats()
        let (anna, ben) = (chats.person("anna"), chats.person("ben"))
        guard case .accepted(.room(let room, _)) = chats.apply(.openDirect(with: .id(ben)), by: .person(anna))
        else {
            Issue.record("no direct room")
            return
        }
        let said = try #require(chats.send("hello", 1, to: room, by: anna).event)
        let deletion = SendMessage(
            room: room, id: SendID(high: 0, low: 2), content: .deletion(said.sequence))
        #expect(chats.apply(.send(deletion), by: .person(ben)).refusal == .forbidden)
        #expect(chats.apply(.send(deletion), by: .person(anna)).event != nil)
    }

    @Test func whatIsNoMessageIsNotAmended() throws {
        var scene = try Scene()
        let head = try #require(scene.chats.state.rooms[scene.room]?.head.sequence)
        let message = SendMessage(
            room: scene.room, id: SendID(high: 0, low: 50), content: Self.edit(head + 1))
        let verdict = scene.chats.apply(.send(message), by: .person(scene.author))
        #expect(verdict.refusal == .unknownEvent)
        let reaction = try #require(scene.say(Self.reaction(scene.said.sequence), by: scene.author).event)
        let about = scene.say(
            .deletion(reaction.sequence), by: scene.author, target: StoredTarget(event: reaction))
        #expect(about.refusal == .invalidArgument)
        #expect(
            scene.say(.settings(SettingsChange(name: nil, topic: "", isArchived: true)), by: scene.owner)
                .refusal == .invalidArgument)
    }

    @Test func editsAreBoundedAndBodiesChecked() throws {
        var scene = try Scene()
        let many = StoredTarget(
            event: scene.said,
            edits: Array(
                repeating: Erasure(sequence: 9, contentDigest: .zero),
                count: scene.chats.state.limits.editsOfAMessage))
        #expect(scene.say(Self.edit(scene.said.sequence), by: scene.author, target: many).refusal == .tooMany)
        for (body, code) in [
            (MessageBody(text: ""), RefusalCode.invalidBody), (MessageBody(text: "a\u{7}"), .invalidBody),
            (MessageBody(text: String(repeating: "a", count: 65_537)), .tooLarge),
            (MessageBody(text: "a", replyTo: 1), .invalidArgument),
        ] {
            let edit = Content.edit(Edit(target: scene.said.sequence, body: body))
            #expect(scene.say(edit, by: scene.author).refusal == code)
        }
    }

    @Test(arguments: ["", " ", "a b", "a\u{7}", "\n", String(repeating: "x", count: 65)])
    func noReaction(text: String) throws {
        var scene = try Scene()
        let reaction = Content.reaction(Reaction(target: scene.said.sequence, text: text))
        #expect(scene.say(reaction, by: scene.other).refusal == .invalidArgument)
    }

    @Test(arguments: ["👍", "👩‍👩‍👧‍👦", "👋🏽", "ok", "да", "+1"]) func aReaction(text: String) throws {
        var scene = try Scene()
        for isRemoved in [false, true] {
            let reaction = Content.reaction(
                Reaction(target: scene.said.sequence, text: text, isRemoved: isRemoved))
            #expect(scene.say(reaction, by: scene.other).event != nil)
        }
    }

    @Test func aReplyNamesAMessageThatIsThere() throws {
        var scene = try Scene()
        let reply = Content.message(MessageBody(text: "well", replyTo: scene.said.sequence))
        #expect(scene.say(reply, by: scene.other).event != nil)
        let future = Content.message(MessageBody(text: "well", replyTo: 1_000))
        #expect(scene.say(future, by: scene.other).refusal == .unknownEvent)
    }

    @Test func aRepeatedDeletionIsAnsweredWithTheFirst() throws {
        var scene = try Scene()
        let message = SendMessage(
            room: scene.room, id: SendID(high: 0, low: 9), content: .deletion(scene.said.sequence))
        let target = scene.stored
        let first = scene.chats.state.apply(
            .send(message), by: .person(scene.author), target: target, &scene.chats.context)
        let event = try #require(first.event)
        let again = scene.chats.state.apply(
            .send(message), by: .person(scene.author), target: target, &scene.chats.context)
        #expect(again == .repeated(event))
    }
}
