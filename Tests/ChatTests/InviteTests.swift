import Testing

@testable import Chat

/// Links that let people in who are nobody here yet.
@Suite struct InviteTests {
    private var chats = Chats()
    private let ada: PersonID

    init() {
        guard
            case .accepted(.person(let id)) = chats.apply(
                .addPerson(name: "ada", password: "hash", isAdministrator: true))
        else { preconditionFailure("ada was refused") }
        ada = id
        chats.state.commit()
    }

    private static func token(_ seed: UInt8) -> Digest {
        Digest(bytes: [UInt8](repeating: seed, count: 32)) ?? .zero
    }

    private func order(
        _ seed: UInt8 = 1, uses: Int = 1, lifetime: Duration = .seconds(3_600),
        isAdministrator: Bool = false, rooms: [RoomReference] = [], as role: Role = .member
    ) -> Command {
        .makeInvite(
            InviteOrder(
                token: Self.token(seed), uses: uses, lifetime: lifetime, makesAdministrator: isAdministrator,
                rooms: rooms, role: role))
    }

    private func come(_ name: String, _ number: UInt64, by seed: UInt8 = 1) -> Command {
        .redeemInvite(
            Newcomer(
                token: Self.token(seed), id: PersonID(high: 7, low: number), name: name, password: "hash"))
    }

    private var kinds: [String] {
        let batch = chats.state.batch
        return (batch.audit + batch.rooms.flatMap(\.audit)).map(\.kind)
    }

    // MARK: uses

    @Test mutating func asManyComeAsItHasUsesAndThenItIsGone() {
        chats.apply(order(uses: 2))
        let id = PersonID(high: 7, low: 1)
        #expect(chats.apply(come("bea", 1)) == .accepted(.newcomer(id, [])))
        #expect(chats.state.people[id]?.password == "hash")
        #expect(chats.state.people[id]?.isAdministrator == false)
        #expect(chats.state.openInvites.values.map(\.usesLeft) == [1])
        #expect(chats.apply(come("cleo", 2)).refusal == nil)
        #expect(chats.state.openInvites.isEmpty)
        #expect(chats.apply(come("dora", 3)).refusal == .wrongCredentials)
        #expect(chats.state.people.count == 3)
        #expect(kinds == ["invite_opened", "person_added", "person_added"])
    }

    @Test mutating func theAdditionNamesTheInviteAndItsMaker() throws {
        chats.apply(order(isAdministrator: true), by: .person(ada))
        let invite = try #require(chats.state.openInvites.keys.first)
        chats.state.commit()
        chats.apply(come("bea", 1))
        let record = try #require(chats.state.batch.audit.first)
        #expect(record.actor == "person:\(ada)")
        let details = String(decoding: record.details, as: UTF8.self)
        #expect(details == "{\"name\":\"bea\",\"administrator\":true,\"invite\":\"\(invite)\"}")
        #expect(chats.state.people[PersonID(high: 7, low: 1)]?.isAdministrator == true)
    }

    @Test(arguments: [("ADA", RefusalCode.nameTaken), ("аda", .invalidName), ("a b", .invalidName)])
    mutating func aRefusedNameUsesNothingUp(name: String, code: RefusalCode) {
        chats.apply(order())
        chats.state.commit()
        #expect(chats.apply(come(name, 1)).refusal == code)
        #expect(chats.state.batch.isEmpty)
        #expect(chats.state.openInvites.values.map(\.usesLeft) == [1])
    }

    @Test func theNumberOfPeopleIsBoundedHereToo() {
        var limits = Limits.standard
        limits.people = 1
        var chats = Chats(limits: limits)
        chats.apply(order())
        #expect(chats.apply(come("bea", 1)).refusal == nil)
        chats.apply(order(2))
        #expect(chats.apply(come("cleo", 2, by: 2)).refusal == .tooMany)
        #expect(chats.state.openInvites.count == 1)
    }

    // MARK: time

    @Test mutating func itIsGoodUntilItExpires() {
        chats.apply(order(uses: 9, lifetime: .seconds(60)))
        chats.context.now = Timestamp(milliseconds: 60_999)
        #expect(chats.apply(come("bea", 1)).refusal == nil)
        chats.context.now = Timestamp(milliseconds: 61_000)
        #expect(chats.apply(come("cleo", 2)).refusal == .wrongCredentials)
        #expect(chats.apply(.removeExpiredInvites, by: .person(ada)).refusal == .forbidden)
        chats.apply(.removeExpiredInvites)
        #expect(chats.state.openInvites.isEmpty)
        chats.state.commit()
        chats.apply(.removeExpiredInvites)
        #expect(chats.state.batch.isEmpty, "a sweep that finds nothing stores nothing")
    }

    @Test mutating func expiredOnesMakeRoomForOthers() {
        var limits = Limits.standard
        limits.openInvites = 2
        var chats = Chats(limits: limits)
        for seed: UInt8 in 1...2 { chats.apply(order(seed, lifetime: .seconds(60))) }
        #expect(chats.apply(order(3)).refusal == .tooMany)
        chats.context.now = Timestamp(milliseconds: 61_000)
        #expect(chats.apply(order(3)).refusal == nil)
        #expect(chats.state.openInvites.values.map(\.token) == [Self.token(3)])
    }

    // MARK: what may be ordered

    @Test mutating func whatNoInviteIs() {
        for uses in [-1, 0, 1_001] {
            #expect(chats.apply(order(uses: uses)).refusal == .invalidArgument)
        }
        for seconds in [0, 59, 90 * 86_400 + 1] {
            #expect(chats.apply(order(lifetime: .seconds(seconds))).refusal == .invalidArgument)
        }
        #expect(chats.apply(order(uses: 2, isAdministrator: true)).refusal == .invalidArgument)
        let many = (0...Limits.standard.roomsOfAnInvite).map { RoomReference.name("room\($0)") }
        #expect(chats.apply(order(rooms: many)).refusal == .tooLarge)
        #expect(chats.apply(order(rooms: [.name("none")])).refusal == .unknownRoom)
        #expect(chats.state.batch.isEmpty)
        #expect(chats.apply(order(uses: 1_000, lifetime: .seconds(90 * 86_400))).refusal == nil)
        #expect(chats.apply(order(2, lifetime: .seconds(60))).refusal == nil)
    }

    @Test mutating func onlyAdministratorsMakeAndRevoke() throws {
        let bea = chats.person("bea")
        #expect(chats.apply(order(), by: .person(bea)).refusal == .forbidden)
        chats.apply(order(), by: .person(ada))
        let id = try #require(chats.state.openInvites.keys.first)
        #expect(chats.apply(.revokeInvite(id), by: .person(bea)).refusal == .forbidden)
        #expect(chats.apply(come("cleo", 1), by: .person(ada)).refusal == .forbidden)
    }

    @Test mutating func oneThatIsRevokedLetsNobodyIn() throws {
        chats.apply(order(uses: 5))
        let id = try #require(chats.state.openInvites.keys.first)
        chats.apply(come("bea", 1))
        #expect(chats.apply(.revokeInvite(id)) == .accepted(.recorded))
        #expect(chats.apply(.revokeInvite(id)).refusal == .unknownInvite)
        #expect(chats.apply(come("cleo", 2)).refusal == .wrongCredentials)
        #expect(kinds == ["invite_opened", "person_added", "invite_revoked"])
    }

    @Test mutating func whatCannotBeRecordedIsNotDone() {
        chats.apply(order())
        chats.context.audit = .unavailable
        #expect(chats.apply(come("bea", 1)).refusal == .auditUnavailable)
        #expect(chats.apply(order(2)).refusal == .auditUnavailable)
    }

    // MARK: its maker

    /// A new password, too: whoever had the old one may have made links with it.
    @Test(arguments: [
        Command.setDisabled(.name("ada"), true), .setPassword(.name("ada"), "other"),
    ])
    mutating func itDiesWithItsMakersRight(change: Command) {
        chats.apply(order(uses: 5), by: .person(ada))
        #expect(chats.apply(come("bea", 1)).refusal == nil)
        chats.apply(change)
        #expect(chats.state.openInvites.isEmpty)
        chats.apply(.setDisabled(.name("ada"), false))
        #expect(chats.apply(come("cleo", 2)).refusal == .wrongCredentials)
    }

    /// A provider's group takes the right and gives it back at each login.
    @Test mutating func itDoesNotComeBackWithTheRight() throws {
        let identity = try #require(ExternalIdentity(issuer: "https://login.example", subject: "ada"))
        func login(_ isAdministrator: Bool) -> Command {
            .signIn(
                ExternalLogin(
                    identity: identity, provider: "corp", newPerson: nil, isAdministrator: isAdministrator))
        }
        chats.apply(.linkIdentity(.id(ada), identity))
        chats.apply(order(uses: 5), by: .person(ada))
        chats.apply(login(true))
        #expect(chats.apply(come("bea", 1)).refusal == nil)
        chats.apply(login(false))
        chats.apply(login(true))
        #expect(chats.apply(come("cleo", 2)).refusal == .wrongCredentials)
        #expect(chats.state.openInvites.isEmpty)
    }

    @Test mutating func theOperatorsOutlivesEverybody() {
        chats.apply(order())
        chats.apply(.setDisabled(.name("ada"), true))
        #expect(chats.apply(come("bea", 1)).refusal == nil)
    }

    // MARK: rooms

    @Test mutating func theNewcomerEntersItsRooms() {
        let (hall, den) = (chats.room("hall", by: ada), chats.room("den", .closed, by: ada))
        chats.apply(
            order(rooms: [.name("hall"), .id(den), .id(hall)], as: .moderator), by: .person(ada))
        chats.state.commit()
        guard case .accepted(.newcomer(let id, let events)) = chats.apply(come("bea", 1)) else {
            Issue.record("bea was refused")
            return
        }
        #expect(events.map(\.room) == [hall, den] && events.allSatisfy { $0.author == id })
        #expect(events.allSatisfy { $0.sequence == 3 })
        #expect(chats.state.rooms(of: id) == [hall, den])
        #expect(chats.state.rooms[den]?.role(of: id) == .moderator)
        #expect(kinds == ["person_added", "member_added", "member_added"])
    }

    @Test mutating func nobodyIsInvitedWhereTheMakerCouldNotAddThem() {
        let bea = chats.person("bea")
        let (hall, den) = (chats.room("hall", by: bea), chats.room("den", .closed, by: bea))
        let direct = chats.apply(.openDirect(with: .id(bea)), by: .person(ada))
        guard case .accepted(.room(let two, _)) = direct else { return }
        #expect(chats.apply(order(rooms: [.id(den)]), by: .person(ada)).refusal == .unknownRoom)
        #expect(chats.apply(order(rooms: [.id(two)]), by: .person(ada)).refusal == .forbidden)
        #expect(
            chats.apply(order(rooms: [.id(hall)], as: .moderator), by: .person(ada)).refusal == .notAMember)
        #expect(chats.apply(order(rooms: [.id(hall)]), by: .person(ada)).refusal == nil)
        #expect(chats.apply(order(2, rooms: [.id(den)], as: .owner)).refusal == nil)
        chats.apply(.changeSettings(.id(hall), RequestedSettings(isArchived: true)))
        #expect(chats.apply(order(3, rooms: [.id(hall)])).refusal == .archived)
    }

    /// Archived, full, or the maker's no more: the server is open all the same.
    @Test mutating func aRoomThatTakesNobodyIsPassedOver() {
        var limits = Limits.standard
        limits.membersOfARoom = 2
        chats = Chats(limits: limits)
        guard
            case .accepted(.person(let ada)) = chats.apply(
                .addPerson(name: "ada", password: "hash", isAdministrator: true))
        else { return }
        let bea = chats.person("bea")
        let rooms = ["old", "full", "lost", "fine"].map { chats.room($0, .closed, by: ada) }
        chats.apply(order(rooms: rooms.map { .id($0) }), by: .person(ada))
        chats.apply(.changeSettings(.id(rooms[0]), RequestedSettings(isArchived: true)))
        chats.apply(.addMember(.id(rooms[1]), .id(bea), .member))
        chats.apply(.addMember(.id(rooms[2]), .id(bea), .owner))
        chats.apply(.removeMember(.id(rooms[2]), .id(ada)))
        guard case .accepted(.newcomer(_, let events)) = chats.apply(come("cleo", 1)) else {
            Issue.record("cleo was refused")
            return
        }
        #expect(events.map(\.room) == [rooms[3]])
    }

    // MARK: the journal

    @Test mutating func whatIsUndoneIsUndone() {
        let hall = chats.room("hall", by: ada)
        chats.apply(order(uses: 2, rooms: [.id(hall)]))
        chats.apply(order(2))
        chats.state.commit()
        let before = (chats.state.openInvites, chats.state.people, chats.state.rooms)
        chats.apply(come("bea", 1))
        chats.apply(come("cleo", 2))
        chats.apply(come("dora", 3, by: 2))
        chats.apply(order(3))
        #expect(chats.state.openInvites.values.map(\.token) == [Self.token(3)])
        #expect(chats.state.batch.invites.count == 3)
        chats.state.rollback()
        #expect(chats.state.openInvites == before.0)
        #expect(chats.state.people == before.1)
        #expect(chats.state.rooms == before.2)
        #expect(chats.state.batch.isEmpty)
    }
}
