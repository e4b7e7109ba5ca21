import Chat
import Testing

/// What keys may be, and whose making them is recorded as.
@Suite struct KeyTests {
    /// The numbers are in stored sessions, the names in people's scripts.
    @Test func scopesKeepTheirNumbersAndNames() {
        #expect(
            [Scopes.read, .send, .join, .rooms, .account, .device].map(\.rawValue) == [1, 2, 4, 8, 16, 32])
        #expect(Scopes.ofKeys.names == ["read", "send", "join", "rooms", "account"])
        #expect(Scopes.ofDevices.names == Scopes.ofKeys.names + ["device"])
        #expect(Scopes.usual == [.read, .send, .join])
    }

    @Test func aKeysScopeIsFoundByItsNameAlone() {
        for name in Scopes.ofKeys.names { #expect(Scopes(keyScope: name)?.names == [name]) }
        for name in ["", "device", "Read", "read ", "all", "read,send"] {
            #expect(Scopes(keyScope: name) == nil, "\(name.debugDescription)")
        }
    }

    private func objection(
        _ name: String = "bot", _ scopes: Scopes = .usual, _ seconds: Int64 = 3_600
    ) -> RefusalCode? {
        NewKey(name: name, scopes: scopes, lifetime: .seconds(seconds)).objection(limits: .standard)?.code
    }

    @Test func aKeyHasANameScopesAndAnEndWithinBounds() {
        let year = Int64(366 * 86_400)
        for seconds in [60, 3_600, year] { #expect(objection("bot", .ofKeys, seconds) == nil) }
        for seconds in [.min, -1, 0, 59, year + 1, .max] {
            #expect(objection("bot", .usual, seconds) == .invalidArgument, "\(seconds)")
        }
        #expect(objection("", .read) == nil)
        #expect(objection("bot", []) == .invalidArgument)
        for scopes in [Scopes.device, .ofDevices, Scopes(rawValue: 64)] {
            #expect(objection("bot", scopes) == .invalidArgument, "\(scopes.rawValue)")
        }
        #expect(objection("a\u{1b}[2J") == .invalidName)
        #expect(objection(String(repeating: "x", count: 65)) == .invalidName)
    }

    @Test func onlyADeviceThatIsGoodStillMakesKeysOfItsPersonsOwn() {
        let noon = Timestamp(milliseconds: 1_000)
        func session(
            _ kind: LoginSession.Kind = .device, person: UInt64 = 1, epoch: UInt32 = 3, seconds: Int64 = 60
        ) -> LoginSession {
            LoginSession(
                id: LoginSessionID(high: 1, low: 1), person: PersonID(high: 1, low: person), epoch: epoch,
                kind: kind, scopes: kind == .key ? .ofKeys : .ofDevices, name: "", createdAt: noon,
                expiresAt: noon.advanced(by: .seconds(seconds)),
                tokens: LoginSession.Tokens(family: .zero, current: .zero))
        }
        let key = session(.key)
        #expect(session().mayMake(key))
        #expect(!session(.key).mayMake(key), "a key, whatever its scopes")
        #expect(!session(person: 2).mayMake(key))
        #expect(!session(epoch: 2).mayMake(key), "another password has voided it")
        #expect(!session(seconds: 0).mayMake(key))
    }

    @Test func aPersonRecordsTheOwnKeysAndNobodyElses() throws {
        var chats = Chats()
        let (anna, bert) = (chats.person("anna"), chats.person("bert"))
        chats.state.commit()
        var key = NewKey(name: "bot", scopes: [.read, .send], lifetime: .seconds(60))
        key.session = LoginSessionID(high: 1, low: 2)
        let details = key.details
        let record = Command.recordSecret(.id(anna), .tokenMade, details)
        #expect(chats.apply(record, by: .person(anna)) == .accepted(.person(anna)))
        let entry = try #require(chats.state.batch.audit.first)
        #expect(entry.kind == "token_made" && entry.actor == "person:\(anna)")
        let session = "00000000-0000-0001-0000-000000000002"
        #expect(
            String(decoding: entry.details, as: UTF8.self)
                == #"{"name":"anna","session":"\#(session)","scopes":"read send","lifetime":60}"#)
        #expect(chats.apply(record, by: .person(bert)).refusal == .forbidden)
        let invite = Command.recordSecret(.id(anna), .inviteMade)
        #expect(chats.apply(invite, by: .person(anna)).refusal == .forbidden)
        chats.context.audit = .unavailable
        #expect(chats.apply(record, by: .person(anna)).refusal == .auditUnavailable)
    }
}
