import Chat
import Testing

@testable import Wire

/// Which scope each request needs, by docs/protocol.md.
@Suite struct ScopeTests {
    /// The message that asks it, and a request of it.
    private static let requests: [(name: String, request: Request)] = [
        ("Ping", .ping), ("Send", Samples.message()),
        ("Subscribe", .subscribe(SubscribeRequest(room: room, joins: true))),
        ("Unsubscribe", .unsubscribe(Samples.room)),
        ("ReadHistory", .readHistory(HistoryRequest(room: Samples.room, after: 0, maxEvents: 1))),
        ("Search", .search(SearchRequest(query: "x", max: 1))),
        ("CreateRoom", .command(.createRoom(name: "bridge", kind: .open))),
        ("OpenDirect", .command(.openDirect(with: person))), ("JoinRoom", .command(.join(room))),
        ("LeaveRoom", .command(.leave(room))), ("AddMember", .command(.addMember(room, person, .member))),
        ("RemoveMember", .command(.removeMember(room, person))),
        ("SetRole", .command(.setRole(room, person, .owner))),
        ("InvitePerson", .command(.invite(room, person))),
        ("WithdrawInvitation", .command(.withdrawInvitation(room, person))),
        ("Sanction", .command(.sanction(room, person, RequestedSanction(.mute)))),
        ("ChangeSettings", .command(.changeSettings(room, RequestedSettings(isArchived: nil)))),
        ("ShowRoom", .showRoom(room)), ("Block", .command(.block(person, isLifted: false))),
        ("ListBlocks", .listBlocks),
        ("Report", .command(.report(EventPlace(room: Samples.room, sequence: 1), reason: ""))),
        ("MarkRead", .command(.markRead(Samples.room, through: 1))), ("SetPresence", .setPresence(.away)),
        ("Typing", .typing(Samples.room)),
        ("ListRooms", .listRooms(includePublic: true, after: nil)),
        ("ListMembers", .listMembers(room, after: nil)), ("ListSessions", .listSessions),
        ("EndSession", .endSession(Samples.session)), ("NameSession", .nameSession(Samples.session, "")),
        ("MakeKey", .makeKey(NewKey(name: "", scopes: .usual, lifetime: .seconds(60)))),
        ("BeginSecondFactor", .beginFactor), ("ConfirmSecondFactor", .confirmFactor(code: "1")),
        ("RemoveSecondFactor", .removeFactor(.code("1"))),
        ("RenewRecoveryCodes", .renewRecoveryCodes(.code("1"))),
        ("MakeInvite", .makeInvite(InviteRequest())),
    ]
    private static let room = RoomReference.id(Samples.room)
    private static let person = PersonReference.id(Samples.bob)

    @Test func theScopesOfThePageAreThoseOfTheCode() throws {
        let stated = try ProtocolPageTests.rows(from: "8. Requests", to: "9.").dropFirst(2).prefix {
            $0[0].first?.isUppercase == true
        }
        #expect(stated.map { "\($0[0]) \($0[2])" } == Self.requests.map(Self.line))
    }

    private static func line(_ name: String, _ request: Request) -> String {
        "\(name) \(request.scope.names.joined(separator: " "))"
    }

    @Test func theScopesHaveTheirMeaningOnThePage() throws {
        let stated = try ProtocolPageTests.rows(from: "7. Login", to: "8.").map { $0[0] }
        let start = try #require(stated.firstIndex(of: "scope"))
        #expect(Array(stated[(start + 2)...].prefix(6)) == Scopes.ofDevices.names)
    }

    /// One of each kind: what one key may not, another may.
    @Test func noRequestNeedsTwoScopesAndADeviceHasAll() {
        for (name, request) in Self.requests {
            #expect(request.scope.names.count == (name == "Ping" ? 0 : 1), "\(name)")
            #expect(Scopes.ofDevices.isSuperset(of: request.scope), "\(name)")
        }
        let unneeded = Scopes.ofDevices.subtracting(
            Self.requests.map(\.request.scope).reduce([]) { $0.union($1) })
        #expect(unneeded.isEmpty)
    }

    @Test func whatNoClientSaysIsGoodForNoKey() {
        let commands: [Command] = [
            .addPerson(name: "x", password: nil, isAdministrator: true), .setPassword(Self.person, "x"),
            .recordSecret(Self.person, .tokenMade), .removeFactor(Self.person),
        ]
        for command in commands { #expect(Request.command(command).scope == .device) }
    }
}
