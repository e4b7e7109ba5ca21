import Chat
import Server
import Storage
import Testing
import Wire

/// What is done leaves a record in the same transaction, or is not done.
@Suite struct OutboxTests {
    private func kinds(_ scene: SequencerScene) throws -> [String] {
        try scene.store.load().outbox.map(\.kind)
    }

    private func refusal(_ answer: Answer?) -> RefusalCode? {
        switch answer {
        case .refused(let refusal)?: refusal.code
        default: nil
        }
    }

    @Test func everyActOfAdministrationLeavesARecord() throws {
        let scene = try SequencerScene()
        let anna = scene.person("anna")
        let room = scene.room("tea")
        let person = PersonReference.id(anna.id)
        let commands: [Command] = [
            .addMember(.id(room), person, .owner), .setRole(.id(room), person, .member),
            .removeMember(.id(room), person),
            .changeSettings(.id(room), RequestedSettings(topic: "leaves")),
            .changeSettings(.id(room), RequestedSettings(isArchived: true)),
            .changeSettings(.id(room), RequestedSettings(isArchived: false)),
            .setPassword(person, "hash"), .choosePassword(person, "other"),
            .recordSecret(person, .inviteMade), .recordSecret(person, .tokenMade),
            .setDisabled(person, true), .setDisabled(person, false),
        ]
        // An owner must stay, so that the last one can be changed.
        let ben = scene.person("ben")
        _ = scene.control(.command(.addMember(.id(room), .id(ben.id), .owner)))
        for command in commands {
            #expect(refusal(scene.control(.command(command))) == nil, "\(command)")
        }
        let expected = [
            "person_added", "room_created", "person_added", "member_added", "member_added", "role_changed",
            "member_removed", "room_changed", "room_archived", "room_restored", "password_set",
            "password_chosen", "invite_made", "token_made", "person_disabled", "person_enabled",
        ]
        #expect(try kinds(scene) == expected)
        let stored = try scene.store.load().outbox
        #expect(scene.outputs.flatMap(\.audit) == stored, "handed over exactly what is stored, in order")
        let added = stored[0]
        #expect(added.actor == "operations")
        #expect(added.subjects == ["person:\(anna.id)"])
        #expect(
            String(decoding: added.details, as: UTF8.self) == "{\"name\":\"anna\",\"administrator\":false}")
        #expect(stored[11].actor == "person:\(anna.id)", "who opens his invite acts himself")
    }

    @Test func whatChangesNothingLeavesNone() throws {
        let scene = try SequencerScene()
        let anna = scene.person("anna")
        let before = try kinds(scene).count
        _ = scene.control(.command(.setDisabled(.id(anna.id), false)))
        _ = scene.control(.command(.addPerson(name: "anna", password: nil, isAdministrator: false)))
        _ = scene.control(.command(.rehashPassword(.id(anna.id), "hash")))
        #expect(try kinds(scene).count == before)
    }

    @Test(arguments: [AuditIntake.busy, .unavailable])
    func whatCannotBeRecordedIsNotDoneAndChatGoesOn(intake: AuditIntake) throws {
        let scene = try SequencerScene()
        let (anna, room) = (scene.person("anna"), scene.room("tea"))
        scene.intake = intake
        let expected = intake == .busy ? RefusalCode.busy : .auditUnavailable
        let command = Command.addPerson(name: "ben", password: nil, isAdministrator: false)
        #expect(refusal(scene.control(.command(command))) == expected)
        #expect(refusal(scene.control(.command(.createRoom(name: "pub", kind: .open)))) == expected)
        #expect(refusal(scene.control(.command(.recordSecret(.id(anna.id), .inviteMade)))) == expected)
        #expect(try scene.store.load().people.count == 1)
        // A login, joining and a message need no record.
        let address = scene.follower(anna, of: room, slot: 1)
        let sent = scene.take(scene.send("hello", 1, room, anna, address))
        #expect(sent.loops[0].compactMap(\.receipt).count == 1)
        scene.intake = .open
        #expect(refusal(scene.control(.command(command))) == nil)
    }

    @Test func aFullOutboxIsBusyUntilTheAuditLogHasTaken() throws {
        var limits = Limits.standard
        limits.auditOutbox = 2
        let scene = try SequencerScene(limits: limits)
        let ids = [scene.person("anna"), scene.person("ben")].map(\.id)
        #expect(ids.count == 2 && scene.outboxCount == 2)
        let command = Command.addPerson(name: "cleo", password: nil, isAdministrator: false)
        #expect(refusal(scene.control(.command(command))) == .busy)
        let records = try scene.store.load().outbox.map(\.id)
        scene.take(Envelope(origin: .audit, request: 0, body: .audited([records[0]])))
        #expect(scene.outboxCount == 1)
        #expect(try scene.store.load().outbox.map(\.id) == [records[1]])
        #expect(refusal(scene.control(.command(command))) == nil)
    }

    @Test func aFullDiskAndAConflictHandNothingOver() throws {
        let scene = try SequencerScene()
        let room = scene.room("tea")
        let before = scene.outputs.flatMap(\.audit)
        scene.store.fault = { _ in .full }
        _ = scene.control(.command(.addPerson(name: "ben", password: nil, isAdministrator: false)))
        #expect(scene.outputs.flatMap(\.audit) == before)
        #expect(scene.outboxCount == before.count)
        var conflicts = 1
        scene.store.fault = { _ in
            conflicts -= 1
            return conflicts >= 0 ? .conflict : nil
        }
        let archive = Command.changeSettings(.id(room), RequestedSettings(isArchived: true))
        scene.take(Envelope(origin: .control(99), request: 99, body: .command(archive)))
        #expect(scene.outputs.flatMap(\.audit) == before)
        #expect(scene.hasReturned)
        scene.take()
        let handed = scene.outputs.flatMap(\.audit).dropFirst(before.count)
        #expect(handed.map(\.kind) == ["room_archived"])
        #expect(try scene.store.load().outbox.map(\.kind) == ["room_created", "room_archived"])
    }

    @Test func whatAnEarlierProcessLeftIsHandedOverAgain() throws {
        let scene = try SequencerScene()
        _ = scene.person("anna")
        let left = try scene.store.load().outbox
        let next = try SequencerScene(store: scene.store.crash())
        #expect(next.outbox == left)
        #expect(next.outboxCount == 1)
    }
}
