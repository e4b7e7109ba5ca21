import Testing

@testable import Chat

/// Who may do what to whom in a room, and what follows of it.
@Suite struct ModerationTests {
    /// A room with one of each role beside the first owner, somebody outside, and a message of the member's.
    struct Scene {
        var chats = Chats()
        private(set) var people: [String: PersonID] = [:]
        let room: RoomID
        private var sends: UInt64 = 100

        init(_ kind: Room.Kind = .closed) {
            let owner = chats.person("owner")
            room = chats.room("tea", kind, by: owner)
            people["owner"] = owner
            let roles: [(String, Role)] = [
                ("second-owner", .owner), ("moderator", .moderator), ("second-moderator", .moderator),
                ("member", .member), ("second-member", .member),
            ]
            for (name, role) in roles {
                let person = chats.person(name)
                people[name] = person
                chats.apply(.addMember(.id(room), .id(person), role))
            }
            people["stranger"] = chats.person("stranger")
            people["second-stranger"] = chats.person("second-stranger")
            _ = say("hello", by: "member")
            chats.state.commit()
        }

        subscript(name: String) -> PersonID {
            guard let person = people[name] else { preconditionFailure("\(name) is nobody here") }
            return person
        }

        var state: RoomState {
            guard let state = chats.state.rooms[room] else { preconditionFailure("the room is gone") }
            return state
        }

        var said: Event {
            guard let event = chats.said.values.min(by: { $0.sequence < $1.sequence }) else {
                preconditionFailure("nothing was said")
            }
            return event
        }

        mutating func apply(_ command: Command, by name: String) -> Verdict {
            chats.apply(command, by: .person(self[name]), target: StoredTarget(event: said))
        }

        mutating func say(_ text: String, by name: String) -> Verdict {
            sends += 1
            return chats.send(text, sends, to: room, by: self[name])
        }

        mutating func say(_ content: Content, by name: String) -> Verdict {
            sends += 1
            let send = SendMessage(room: room, id: SendID(high: 1, low: sends), content: content)
            return apply(.send(send), by: name)
        }
    }

    typealias Act = @Sendable (Scene, String) -> Command

    static let mute: Act = { .sanction(.id($0.room), .id($0[$1]), RequestedSanction(.mute)) }
    static let ban: Act = { .sanction(.id($0.room), .id($0[$1]), RequestedSanction(.ban)) }
    static let kick: Act = { .removeMember(.id($0.room), .id($0[$1]), reason: "noise") }
    static let invite: Act = { .invite(.id($0.room), .id($0[$1])) }

    /// The table of docs/protocol.md, section 8, cell by cell: the act, whom it is done to, and what the
    /// member, the moderator and the owner are answered; `nil` for allowed.
    @Test(
        arguments: [
            ("mute", mute, "second-member", .forbidden, nil, nil),
            ("mute", mute, "second-moderator", .forbidden, .forbidden, nil),
            ("mute", mute, "second-owner", .forbidden, .forbidden, .forbidden),
            ("mute", mute, "second-stranger", .forbidden, .notAMember, .notAMember),
            ("ban", ban, "second-member", .forbidden, nil, nil),
            ("ban", ban, "second-moderator", .forbidden, .forbidden, nil),
            ("ban", ban, "second-owner", .forbidden, .forbidden, nil),
            ("ban", ban, "second-stranger", .forbidden, nil, nil),
            ("put out", kick, "second-member", .forbidden, nil, nil),
            ("put out", kick, "second-moderator", .forbidden, .forbidden, nil),
            ("put out", kick, "second-owner", .forbidden, .forbidden, nil),
            ("invite", invite, "second-stranger", .forbidden, nil, nil),
            ("invite", invite, "second-member", .forbidden, .alreadyMember, .alreadyMember),
        ] as [(String, Act, String, RefusalCode?, RefusalCode?, RefusalCode?)])
    func `who may do what to whom`(
        what: String, act: Act, whom: String, member: RefusalCode?, moderator: RefusalCode?,
        owner: RefusalCode?
    ) {
        for (who, expected) in [
            ("member", member), ("moderator", moderator), ("owner", owner), ("stranger", .unknownRoom),
        ] {
            var scene = Scene()
            let verdict = scene.apply(act(scene, whom), by: who)
            #expect(verdict.refusal == expected, "\(who): \(what) \(whom)")
            #expect(scene.chats.state.batch.isEmpty == (expected != nil), "a refusal changes nothing")
        }
    }

    @Test(
        arguments: [
            ("topic", RequestedSettings(topic: "green"), .forbidden, nil, nil),
            ("slow mode", RequestedSettings(slowSeconds: 30), .forbidden, nil, nil),
            ("days", RequestedSettings(keepDays: 30), .forbidden, .forbidden, nil),
            (
                "too many days", RequestedSettings(keepDays: 36_501), .forbidden, .forbidden, .invalidArgument
            ),
            ("fewer than none", RequestedSettings(keepDays: -1), .forbidden, .forbidden, .invalidArgument),
            ("name", RequestedSettings(name: "coffee"), .forbidden, .forbidden, nil),
            ("archive", RequestedSettings(isArchived: true), .forbidden, .forbidden, nil),
            ("visibility", RequestedSettings(visibility: .sinceJoining), .forbidden, .forbidden, nil),
            (
                "too slow", RequestedSettings(slowSeconds: 21_601), .forbidden, .invalidArgument,
                .invalidArgument
            ),
        ] as [(String, RequestedSettings, RefusalCode?, RefusalCode?, RefusalCode?)])
    func `who may set what`(
        what: String, settings: RequestedSettings, member: RefusalCode?, moderator: RefusalCode?,
        owner: RefusalCode?
    ) {
        for (who, expected) in [("member", member), ("moderator", moderator), ("owner", owner)] {
            var scene = Scene()
            let verdict = scene.apply(.changeSettings(.id(scene.room), settings), by: who)
            #expect(verdict.refusal == expected, "\(who): \(what)")
        }
    }

    @Test(arguments: [
        ("member", RefusalCode.forbidden), ("moderator", nil), ("owner", nil), ("stranger", .unknownRoom),
    ])
    func `messages are pinned by moderators`(who: String, expected: RefusalCode?) {
        var scene = Scene()
        let target = scene.said.sequence
        #expect(scene.say(.pin(Pin(target: target)), by: who).refusal == expected)
        #expect(scene.state.pins == (expected == nil ? [target] : []))
        guard expected == nil else { return }
        // Twice is once; and no longer.
        #expect(scene.say(.pin(Pin(target: target)), by: who).refusal == nil)
        #expect(scene.state.pins == [target])
        #expect(scene.say(.pin(Pin(target: target, isRemoved: true)), by: who).refusal == nil)
        #expect(scene.state.pins.isEmpty)
    }

    @Test func `a deletion unpins, in the store too`() {
        var scene = Scene()
        let target = scene.said.sequence
        #expect(scene.say(.pin(Pin(target: target)), by: "owner").refusal == nil)
        scene.chats.state.commit()
        #expect(scene.say(.deletion(target), by: "member").refusal == nil)
        #expect(scene.state.pins.isEmpty)
        #expect(scene.chats.state.batch.rooms[0].pins == [Pin(target: target, isRemoved: true)])
    }

    @Test func `pins are bounded`() {
        var limits = Limits.standard
        limits.pinsOfARoom = 1
        var chats = Chats(limits: limits)
        let owner = chats.person("owner")
        let room = chats.room("tea", by: owner)
        for number in 1...2 as ClosedRange<UInt64> {
            guard let said = chats.send("\(number)", number, to: room, by: owner).event else {
                Issue.record("refused")
                return
            }
            let pin = SendMessage(
                room: room, id: SendID(high: 1, low: number), content: .pin(Pin(target: said.sequence)))
            let verdict = chats.apply(
                .send(pin), by: .person(owner), target: StoredTarget(event: said))
            #expect(verdict.refusal == (number == 1 ? nil : .tooMany))
        }
    }

    // MARK: muted

    @Test func `who is muted says nothing but that something is deleted`() throws {
        var scene = Scene()
        let hour = RequestedSanction(.mute, lasting: .seconds(3_600), reason: "noise")
        #expect(
            scene.apply(.sanction(.id(scene.room), .id(scene["member"]), hour), by: "moderator").refusal
                == nil)
        let target = scene.said.sequence
        guard case .refused(let refusal) = scene.say("and more", by: "member") else {
            Issue.record("heard")
            return
        }
        #expect(refusal.code == .muted && refusal.retryAfter == .seconds(3_600))
        let edit = Content.edit(Edit(target: target, body: MessageBody(text: "louder")))
        #expect(scene.say(edit, by: "member").refusal == .muted)
        #expect(scene.say(.reaction(Reaction(target: target, text: "!")), by: "member").refusal == .muted)
        #expect(scene.say(.deletion(target), by: "member").refusal == nil)
        // It is over by itself.
        scene.chats.context.now = scene.chats.context.now.advanced(by: .seconds(3_600))
        #expect(scene.say("again", by: "member").refusal == nil)
    }

    @Test func `leaving and coming again unmutes nobody`() {
        var scene = Scene(.open)
        #expect(scene.apply(Self.mute(scene, "member"), by: "moderator").refusal == nil)
        #expect(scene.apply(.leave(.id(scene.room)), by: "member").refusal == nil)
        #expect(scene.state.outsiders[scene["member"]] == Outsider(mutedUntil: .never))
        #expect(scene.apply(.join(.id(scene.room)), by: "member").refusal == nil)
        #expect(scene.say("I am back", by: "member").refusal == .muted)
        let lift = RequestedSanction(.mute, isLifted: true)
        #expect(
            scene.apply(.sanction(.id(scene.room), .id(scene["member"]), lift), by: "owner").refusal == nil)
        #expect(scene.say("I am back", by: "member").refusal == nil)
        // To lift what is lifted changes nothing.
        let again = scene.apply(.sanction(.id(scene.room), .id(scene["member"]), lift), by: "owner")
        #expect(again == .accepted(.room(scene.room, [])))
    }

    @Test func `a ban that ends does not end a mute`() {
        for isLifted in [true, false] {
            var scene = Scene(.open)
            #expect(scene.apply(Self.mute(scene, "member"), by: "moderator").refusal == nil)
            let member = PersonReference.id(scene["member"])
            let hour = RequestedSanction(.ban, lasting: .seconds(3_600))
            #expect(scene.apply(.sanction(.id(scene.room), member, hour), by: "owner").refusal == nil)
            if isLifted {
                let lift = RequestedSanction(.ban, isLifted: true)
                #expect(scene.apply(.sanction(.id(scene.room), member, lift), by: "owner").refusal == nil)
            } else {
                scene.chats.context.now = scene.chats.context.now.advanced(by: .seconds(3_600))
            }
            #expect(scene.apply(.join(.id(scene.room)), by: "member").refusal == nil)
            #expect(scene.say("hello again", by: "member").refusal == .muted)
        }
    }

    @Test func `a muted moderator deletes what is their own, and nothing else`() {
        var scene = Scene()
        #expect(scene.apply(Self.mute(scene, "moderator"), by: "owner").refusal == nil)
        #expect(scene.say(.deletion(scene.said.sequence), by: "moderator").refusal == .muted)
        #expect(scene.say(.deletion(scene.said.sequence), by: "second-moderator").refusal == nil)
    }

    // MARK: banned

    @Test func `who is banned is out and stays out until it ends`() throws {
        var scene = Scene(.open)
        let member = scene["member"]
        let hour = RequestedSanction(.ban, lasting: .seconds(3_600), reason: "noise")
        guard
            case .accepted(.room(_, let events)) = scene.apply(
                .sanction(.id(scene.room), .id(member), hour), by: "moderator")
        else {
            Issue.record("refused")
            return
        }
        #expect(events.count == 2, "out by an event of membership, then the ban")
        #expect(scene.state.members[member] == nil)
        let records = scene.chats.state.batch.rooms[0].audit
        #expect(records.map(\.kind) == [AuditKind.personBanned.rawValue])
        let reason = try #require(records.first?.details)
        #expect(String(decoding: reason, as: UTF8.self).contains("noise"))
        #expect(scene.apply(.join(.id(scene.room)), by: "member").refusal == .banned)
        #expect(scene.apply(Self.invite(scene, "member"), by: "owner").refusal == .banned)
        let add = Command.addMember(.id(scene.room), .id(member), .member)
        #expect(scene.apply(add, by: "owner").refusal == .banned)
        scene.chats.context.now = scene.chats.context.now.advanced(by: .seconds(3_600))
        #expect(scene.apply(.join(.id(scene.room)), by: "member").refusal == nil)
    }

    @Test func `whoever disturbs a room is banned however many it keeps out`() {
        var limits = Limits.standard
        limits.outsidersOfARoom = 1
        var chats = Chats(limits: limits)
        let (owner, one, other) = (chats.person("owner"), chats.person("one"), chats.person("other"))
        let room = chats.room("tea", by: owner)
        #expect(chats.apply(.invite(.id(room), .id(one)), by: .person(owner)).refusal == nil)
        #expect(chats.apply(.invite(.id(room), .id(other)), by: .person(owner)).refusal == .tooMany)
        let ban = Command.sanction(.id(room), .id(other), RequestedSanction(.ban))
        #expect(chats.apply(ban, by: .person(owner)).refusal == nil)
        #expect(chats.apply(.join(.id(room)), by: .person(other)).refusal == .banned)
    }

    @Test func `a ban is lifted`() {
        var scene = Scene(.open)
        #expect(scene.apply(Self.ban(scene, "stranger"), by: "moderator").refusal == nil)
        #expect(scene.apply(.join(.id(scene.room)), by: "stranger").refusal == .banned)
        let lift = RequestedSanction(.ban, isLifted: true)
        let lifting = Command.sanction(.id(scene.room), .id(scene["stranger"]), lift)
        #expect(scene.apply(lifting, by: "moderator").refusal == nil)
        #expect(scene.apply(.join(.id(scene.room)), by: "stranger").refusal == nil)
    }

    @Test func `nobody sanctions themselves, nor leaves a room without an owner`() {
        var scene = Scene()
        for name in ["moderator", "owner"] {
            #expect(scene.apply(Self.ban(scene, name), by: name).refusal == .forbidden)
            #expect(scene.apply(Self.mute(scene, name), by: name).refusal == .forbidden)
        }
        let demote = Command.setRole(.id(scene.room), .id(scene["second-owner"]), .member)
        #expect(scene.apply(demote, by: "owner").refusal == nil)
        // The operator may do all but that.
        #expect(scene.chats.apply(Self.ban(scene, "owner")).refusal == .lastOwner)
    }

    // MARK: invited

    @Test func `who is invited into a private room sees it and comes in`() {
        var scene = Scene()
        #expect(scene.apply(.join(.id(scene.room)), by: "stranger").refusal == .unknownRoom)
        #expect(scene.apply(Self.invite(scene, "stranger"), by: "moderator").refusal == nil)
        #expect(scene.say("may I?", by: "stranger").refusal == .notAMember)
        #expect(scene.apply(.join(.id(scene.room)), by: "stranger").refusal == nil)
        #expect(scene.state.outsiders.isEmpty)
        #expect(scene.say("thank you", by: "stranger").refusal == nil)
    }

    @Test(arguments: [
        ("member", RefusalCode.forbidden), ("moderator", nil), ("owner", nil), ("stranger", nil),
    ])
    func `an invitation is withdrawn, or declined`(who: String, expected: RefusalCode?) {
        var scene = Scene()
        #expect(scene.apply(Self.invite(scene, "stranger"), by: "owner").refusal == nil)
        let withdraw = Command.withdrawInvitation(.id(scene.room), .id(scene["stranger"]))
        #expect(scene.apply(withdraw, by: who).refusal == expected)
        let joined = scene.apply(.join(.id(scene.room)), by: "stranger").refusal
        #expect(joined == (expected == nil ? .unknownRoom : nil))
    }

    // MARK: blocked

    @Test func `who is blocked does not reach whom they are blocked by`() {
        var scene = Scene(.open)
        let (member, stranger) = (scene["member"], scene["stranger"])
        guard
            case .accepted(.room(let direct, _)) = scene.apply(
                .openDirect(with: .id(stranger)), by: "member")
        else {
            Issue.record("refused")
            return
        }
        #expect(scene.apply(.block(.id(member), isLifted: false), by: "stranger").refusal == nil)
        #expect(scene.chats.send("psst", 1, to: direct, by: member).refusal == .blocked)
        #expect(scene.chats.send("no", 2, to: direct, by: stranger).refusal == nil)
        #expect(scene.apply(Self.invite(scene, "stranger"), by: "member").refusal == .blocked)
        #expect(scene.apply(.openDirect(with: .id(stranger)), by: "owner").refusal == nil)
        #expect(scene.apply(.block(.id(member), isLifted: true), by: "stranger").refusal == nil)
        #expect(scene.chats.send("sorry", 3, to: direct, by: member).refusal == nil)
        #expect(scene.apply(.block(.id(stranger), isLifted: false), by: "stranger").refusal == .forbidden)
    }

    @Test func `somebody new is not written to by whom they blocked`() {
        var scene = Scene()
        #expect(scene.apply(.block(.id(scene["member"]), isLifted: false), by: "stranger").refusal == nil)
        let open = Command.openDirect(with: .id(scene["stranger"]))
        #expect(scene.apply(open, by: "member").refusal == .blocked)
    }

    // MARK: slow

    @Test func `members of a slow room wait, moderators do not`() throws {
        var scene = Scene()
        let slow = RequestedSettings(slowSeconds: 30)
        #expect(scene.apply(.changeSettings(.id(scene.room), slow), by: "moderator").refusal == nil)
        for name in ["member", "moderator", "owner"] { #expect(scene.say("one", by: name).refusal == nil) }
        scene.chats.context.now = scene.chats.context.now.advanced(by: .seconds(10))
        for name in ["moderator", "owner"] { #expect(scene.say("two", by: name).refusal == nil) }
        guard case .refused(let refusal) = scene.say("two", by: "member") else {
            Issue.record("not slow")
            return
        }
        #expect(refusal.code == .slowMode && refusal.retryAfter == .seconds(20))
        #expect(refusal.code.mayRetry)
        let reaction = Content.reaction(Reaction(target: scene.said.sequence, text: "!"))
        #expect(scene.say(reaction, by: "member").refusal == nil)
        scene.chats.context.now = scene.chats.context.now.advanced(by: .seconds(20))
        #expect(scene.say("two", by: "member").refusal == nil)
    }

    // MARK: visible

    @Test func `since joining, what was before is not there`() {
        var scene = Scene(.open)
        let since = RequestedSettings(visibility: .sinceJoining)
        #expect(scene.apply(.changeSettings(.id(scene.room), since), by: "owner").refusal == nil)
        #expect(scene.apply(.join(.id(scene.room)), by: "stranger").refusal == nil)
        let first = scene.state.firstVisible(to: scene["stranger"])
        #expect(first == scene.state.head.sequence, "from the event by which they joined")
        // Searches hold to the same.
        let range = scene.chats.state.visibleRange(of: scene.room, to: scene["stranger"])
        #expect(range == VisibleRange(after: first - 1, through: first))
        let reaction = Content.reaction(Reaction(target: scene.said.sequence, text: "!"))
        #expect(scene.say(reaction, by: "stranger").refusal == .unknownEvent)
        #expect(scene.say(reaction, by: "second-member").refusal == nil)
        // A change of role is no joining; leaving and coming again is.
        let promote = Command.setRole(.id(scene.room), .id(scene["stranger"]), .moderator)
        #expect(scene.apply(promote, by: "owner").refusal == nil)
        #expect(scene.state.firstVisible(to: scene["stranger"]) == first)
        #expect(scene.apply(.leave(.id(scene.room)), by: "stranger").refusal == nil)
        #expect(scene.apply(.join(.id(scene.room)), by: "stranger").refusal == nil)
        #expect(scene.state.firstVisible(to: scene["stranger"]) == scene.state.head.sequence)
        let all = RequestedSettings(visibility: .all)
        #expect(scene.apply(.changeSettings(.id(scene.room), all), by: "owner").refusal == nil)
        #expect(scene.state.firstVisible(to: scene["stranger"]) == 1)
    }

    /// Whoever was a member before the store knew since when.
    @Test func `nothing is kept from a member of whom it is not known when they joined`() {
        var scene = Scene(.open)
        scene.chats.state.set(
            .member(Member(role: .member, since: 0)), of: scene["member"], in: scene.room)
        let since = RequestedSettings(visibility: .sinceJoining)
        #expect(scene.apply(.changeSettings(.id(scene.room), since), by: "owner").refusal == nil)
        #expect(scene.state.firstVisible(to: scene["member"]) == 1)
        let range = scene.chats.state.visibleRange(of: scene.room, to: scene["member"])
        #expect(range == VisibleRange(after: 0, through: scene.state.head.sequence))
    }

    // MARK: reported

    @Test func `a member tells the administrators of a message`() throws {
        var scene = Scene()
        let place = EventPlace(room: scene.room, sequence: scene.said.sequence)
        let report = Command.report(place, reason: "not nice")
        #expect(scene.apply(report, by: "stranger").refusal == .unknownRoom)
        #expect(scene.apply(report, by: "second-member") == .accepted(.recorded))
        let record = try #require(scene.chats.state.batch.audit.first)
        #expect(record.kind == AuditKind.messageReported.rawValue)
        #expect(
            record.subjects == [
                AuditParty.room(scene.room).text, AuditParty.person(scene["member"]).text,
            ])
        let details = String(decoding: record.details, as: UTF8.self)
        #expect(details.contains("not nice") && !details.contains("hello"))
    }

    @Test func `reasons stand on one line, and are bounded`() {
        var scene = Scene()
        for (reason, code) in [
            ("two\nlines", RefusalCode.invalidArgument), (String(repeating: "x", count: 513), .tooLarge),
        ] {
            let kick = Command.removeMember(.id(scene.room), .id(scene["member"]), reason: reason)
            #expect(scene.apply(kick, by: "owner").refusal == code)
            let ban = RequestedSanction(.ban, reason: reason)
            #expect(
                scene.apply(.sanction(.id(scene.room), .id(scene["member"]), ban), by: "owner").refusal
                    == code)
        }
        #expect(scene.chats.state.batch.isEmpty)
    }
}
