import Chat
import FoundationEssentials
import Testing

@testable import Wire

@Suite struct ClientMessageTests {
    static let name = RoomReference.name("bridge")
    static let id = RoomReference.id(Samples.room)
    static let messages: [ClientMessage] =
        [
            .hello(offer: Samples.offer.encoded()), .goodbye, Samples.login,
            .listProviders,
            .authenticate(
                .provider(
                    ProviderLogin(name: "corp", token: .identity("a.b.c"), challenge: [1], verifier: [2]))),
            .authenticate(.provider(ProviderLogin(name: "corp", token: .access("a.b.c")))),
            .authenticate(.token("t")), .authenticate(.invite(token: "i", newPassword: "correct horse")),
            .authenticate(.password(user: "anna", password: "p", device: "d", code: "123456")),
            .authenticate(.newcomer(token: "scn_i", name: "Ålice", newPassword: "correct horse")),
            .authenticate(.invite(token: "i", newPassword: "p", code: "abcd-efgh-ijkl-mnop")),
        ] + requests.map(ClientMessage.request)
    static let requests: [Request] =
        [
            .ping, .setPresence(.away), .setPresence(.offline), .typing(Samples.room),
            .subscribe(SubscribeRequest(room: name, joins: true)),
            .subscribe(SubscribeRequest(room: id, held: [Samples.head], incarnation: Samples.incarnation)),
            .unsubscribe(Samples.room),
            .readHistory(HistoryRequest(room: Samples.room, after: 0, maxEvents: 512)),
            .readHistory(HistoryRequest(room: Samples.room, after: 4, through: 9, maxEvents: 1)),
            .search(SearchRequest(query: "東京 schiff", max: 50)),
            .search(
                SearchRequest(
                    query: "x", room: name, author: .id(Samples.bob), since: Samples.at,
                    until: Timestamp(milliseconds: -5),
                    cursor: SearchPlace(at: Samples.at, room: Samples.room, sequence: 7), max: 1)),
            .listRooms(includePublic: true, after: nil),
            .listRooms(includePublic: false, after: Samples.room),
            .listMembers(name, after: Samples.bob), .listMembers(id, after: nil),
            .listSessions, .endSession(Samples.session), .nameSession(Samples.session, "Anna's télé"),
            .makeKey(NewKey(name: "", scopes: .ofKeys, lifetime: .seconds(60))),
            .makeKey(NewKey(name: "Anna's бот", scopes: .read, lifetime: .seconds(366 * 86_400))),
            .beginFactor, .confirmFactor(code: "123456"), .removeFactor(.code("123456")),
            .removeFactor(.password("p")), .renewRecoveryCodes(.code("abcd-efgh-ijkl-mnop")),
            .renewRecoveryCodes(.password("p")), .makeInvite(InviteRequest()),
            .makeInvite(
                InviteRequest(
                    uses: 1_000, lifetime: .seconds(60), makesAdministrator: true, rooms: [name, id],
                    role: .owner)),
        ] + commands.map(Request.command)
    static let commands: [Command] = [
        .send(
            SendMessage(
                room: Samples.room, id: Samples.send, body: MessageBody(text: "нет \u{1f1eb}\u{1f1ee}"))),
        .send(
            SendMessage(
                room: Samples.room, id: Samples.send,
                body: MessageBody(contentType: "application/cbor", bytes: [255, 0]))),
        .send(SendMessage(room: Samples.room, id: Samples.send, body: MessageBody(text: "yes", replyTo: 7))),
        .send(
            SendMessage(
                room: Samples.room, id: Samples.send,
                body: MessageBody(text: "@bob", mentions: [Samples.bob], mentionsEveryone: true))),
        .markRead(Samples.room, through: 7),
        .send(
            SendMessage(
                room: Samples.room, id: Samples.send,
                content: .edit(Edit(target: 7, body: MessageBody(text: "no"))))),
        .send(SendMessage(room: Samples.room, id: Samples.send, content: .deletion(7))),
        .send(
            SendMessage(
                room: Samples.room, id: Samples.send,
                content: .reaction(Reaction(target: 7, text: "👍", isRemoved: true)))),
        .createRoom(name: "bridge", kind: .open), .createRoom(name: "bridge", kind: .closed),
        .openDirect(with: .name("bob")), .openDirect(with: .id(Samples.bob)), .join(name), .leave(id),
        .addMember(name, .name("bob"), .member), .removeMember(id, .id(Samples.bob)),
        .setRole(id, .name("bob"), .owner),
        .changeSettings(id, RequestedSettings(isArchived: nil)),
        .changeSettings(id, RequestedSettings(name: "new", topic: "", isArchived: false)),
        .changeSettings(id, RequestedSettings(visibility: .sinceJoining, slowSeconds: 0, keepDays: 30)),
        .changeSettings(id, RequestedSettings(keepDays: 0)),
    ]

    @Test(arguments: messages) func aMessageReadsBackWithItsRequest(message: ClientMessage) throws {
        let bytes = try ClientMessageEncoder.encode(message, request: 9).unwrapped()
        #expect(ClientMessageDecoder.decode(bytes, limits: .standard) == .message(message, request: 9))
    }

    private static func refusal(_ message: ProtoClientMessage, limits: Limits = .standard) -> RefusalCode? {
        guard
            case .refused(let refusal, request: 6, _) = ClientMessageDecoder.decode(
                message.bytes(), limits: limits)
        else { return nil }
        return refusal.code
    }

    @Test func aSecondFactorIsChangedByACodeOfBoundedLengthOrThePassword() {
        #expect(Self.refusal(Self.message { $0.confirmSecondFactor.code = "" }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.removeSecondFactor = .init() }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.renewRecoveryCodes.proof.code = "" }) == .invalidArgument)
        let long = String(repeating: "1", count: Limits.standard.codeBytes + 1)
        #expect(Self.refusal(Self.message { $0.renewRecoveryCodes.proof.code = long }) == .tooLarge)
        let login = Self.message {
            $0.authenticate.password.user = "anna"
            $0.authenticate.password.code = long
        }
        #expect(Self.refusal(login) == .tooLarge)
    }

    @Test func aKeyIsMadeOfScopesThatAreKnownForATimeWithinBounds() {
        func make(_ spoil: (inout ProtoMakeKey) -> Void) -> ProtoClientMessage {
            Self.message {
                $0.makeKey.scopes = [.read, .send]
                spoil(&$0.makeKey)
            }
        }
        #expect(Self.refusal(make { _ in }) == nil)
        let wrong: [[ProtoScope]] = [[], [.unspecified], [.read, .read], [.read, .UNRECOGNIZED(6)]]
        for scopes in wrong { #expect(Self.refusal(make { $0.scopes = scopes }) == .invalidArgument) }
        for seconds in [1, 59, 366 * 86_400 + 1, .max] as [UInt32] {
            #expect(Self.refusal(make { $0.expiresSeconds = seconds }) == .invalidArgument, "\(seconds)")
        }
        #expect(Self.refusal(make { $0.name = "a\nb" }) == .invalidName)
        #expect(Self.refusal(make { $0.name = String(repeating: "x", count: 65) }) == .tooLarge)
        let usual = ClientMessageDecoder.decode(make { $0.name = "bot" }.bytes(), limits: .standard)
        let key = NewKey(name: "bot", scopes: [.read, .send], lifetime: Limits.standard.keyLifetime)
        #expect(usual == .message(.request(.makeKey(key)), request: 6))
    }

    @Test func whatIsLeftOutOfAnInviteIsWhatIsUsual() {
        let decoded = ClientMessageDecoder.decode(
            Self.message { $0.makeInvite = .init() }.bytes(), limits: .standard)
        #expect(decoded == .message(.request(.makeInvite(InviteRequest())), request: 6))
        var room = ProtoRoomReference()
        room.name = "bridge"
        let many = Self.message { message in
            message.makeInvite.rooms = [ProtoRoomReference](
                repeating: room, count: Limits.standard.roomsOfAnInvite + 1)
        }
        #expect(Self.refusal(many) == .tooLarge)
        #expect(Self.refusal(Self.message { $0.makeInvite.role = .UNRECOGNIZED(9) }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.makeInvite.rooms = [.init()] }) == .invalidArgument)
    }

    @Test func aNewcomersFieldsAreBounded() {
        func refusal(_ token: String, _ name: String, _ password: String) -> RefusalCode? {
            Self.refusal(
                Self.message {
                    $0.authenticate.newcomer.token = token
                    $0.authenticate.newcomer.name = name
                    $0.authenticate.newcomer.newPassword = password
                })
        }
        #expect(refusal("scn_i", "anna", "correct horse") == nil)
        #expect(refusal(String(repeating: "t", count: 513), "anna", "p") == .tooLarge)
        #expect(refusal("scn_i", String(repeating: "n", count: 65), "p") == .invalidName)
        #expect(refusal("scn_i", "anna", String(repeating: "p", count: 1_025)) == .tooLarge)
    }

    @Test func controlCharactersAreRefusedWhereTheyAreNoText() {
        func send(_ text: String) -> ProtoClientMessage {
            Self.message {
                $0.send.room = .init(Samples.room.bytes)
                $0.send.sendID = .init(Samples.send.bytes)
                $0.send.body.text = text
            }
        }
        for text in ["a\u{0}b", "\u{1b}[31m", "a\r\nb", "a\u{7f}", "\u{85}", "\u{9f}", "\u{8}"] {
            #expect(Self.refusal(send(text)) == .invalidBody, "\(text.debugDescription)")
        }
        for text in ["a\nb\tc", "\u{a0}", "\u{200f}عربي"] { #expect(Self.refusal(send(text)) == nil) }
        let topic = Self.message {
            $0.changeSettings.room.name = "bridge"
            $0.changeSettings.topic = "two\nlines"
        }
        #expect(Self.refusal(topic) == .invalidArgument)
    }

    /// Opaque bytes are nobody's text.
    @Test func opaqueBodiesMayHoldAnyBytes() {
        let opaque = Self.message {
            $0.send.room = .init(Samples.room.bytes)
            $0.send.sendID = .init(Samples.send.bytes)
            $0.send.body.opaque.contentType = "application/cbor"
            $0.send.body.opaque.data = .init([0, 27, 255])
        }
        #expect(Self.refusal(opaque) == nil)
    }

    /// A message of request 6.
    private static func message(_ fill: (inout ProtoClientMessage) -> Void) -> ProtoClientMessage {
        var message = ProtoClientMessage()
        message.request = 6
        fill(&message)
        return message
    }

    /// A good send, then spoilt.
    private static func send(_ spoil: (inout ProtoSend) -> Void) -> ProtoClientMessage {
        message {
            $0.send.room = Data(Samples.room.bytes)
            $0.send.sendID = Data(Samples.send.bytes)
            $0.send.body.text = "hello"
            spoil(&$0.send)
        }
    }

    @Test func aSendIsRefusedForEachFieldThatIsWrong() {
        #expect(Self.refusal(Self.send { _ in }) == nil)
        #expect(Self.refusal(Self.send { $0.room = Data([1]) }) == .invalidArgument)
        #expect(Self.refusal(Self.send { $0.sendID = Data() }) == .invalidArgument)
        #expect(Self.refusal(Self.send { $0.sendID = Data(count: 17) }) == .invalidArgument)
        #expect(Self.refusal(Self.send { $0.content = nil }) == .invalidBody)
        #expect(Self.refusal(Self.send { $0.body.text = String(repeating: "x", count: 65_537) }) == .tooLarge)
        #expect(Self.refusal(Self.send { $0.body.text = String(repeating: "x", count: 65_536) }) == nil)
        #expect(Self.refusal(Self.send { $0.body.text = String(repeating: "x", count: 80_000) }) == .tooLarge)
        #expect(Self.refusal(Self.send { $0.body.opaque.data = Data([1]) }) == .invalidBody)
        for type in [MessageBody.plainText, "Text/Plain;charset=us-ascii", " text/plain ", "TEXT/PLAIN"] {
            #expect(Self.refusal(Self.send { $0.body.opaque.contentType = type }) == .invalidBody)
        }
        #expect(Self.refusal(Self.send { $0.body.opaque.contentType = "a\nb" }) == .invalidBody)
        #expect(
            Self.refusal(Self.send { $0.body.opaque.contentType = String(repeating: "x", count: 129) })
                == .invalidBody)
    }

    @Test func otherRequestsAreRefusedForWhatIsWrong() {
        let long = String(repeating: "ü", count: 65)
        #expect(Self.refusal(Self.message { $0.joinRoom = .init() }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.joinRoom.room.name = long }) == .invalidName)
        #expect(Self.refusal(Self.message { $0.joinRoom.room.id = Data([1]) }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.createRoom.name = "x" }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.createRoom.kind = .direct }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.createRoom.kind = .UNRECOGNIZED(9) }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.openDirect = .init() }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.setRole = Self.setRole(.none) }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.setRole = Self.setRole(.member) }) == nil)
        #expect(Self.refusal(Self.message { $0.unsubscribe = .init() }) == .invalidArgument)
        #expect(Self.refusal(Self.message { $0.listRooms.after = Data([1]) }) == .invalidArgument)
        #expect(
            Self.refusal(
                Self.message {
                    $0.changeSettings.room.name = "r"
                    $0.changeSettings.topic = String(repeating: "t", count: 1_025)
                }) == .tooLarge)
        #expect(Self.refusal(Self.message { $0.authenticate = .init() }) == .invalidArgument)
        #expect(
            Self.refusal(
                Self.message { $0.authenticate.password.password = String(repeating: "p", count: 1_025) })
                == .tooLarge)
        #expect(Self.refusal(Self.message { _ in }) == .unknownRequest)
    }

    private static func setRole(_ role: ProtoRole) -> ProtoSetRole {
        var message = ProtoSetRole()
        message.room.name = "r"
        message.person.name = "p"
        message.role = role
        return message
    }

    @Test func historyAndCheckpointsAreRefusedOutsideTheirRange() {
        func read(_ after: UInt64, _ through: UInt64) -> RefusalCode? {
            Self.refusal(
                Self.message {
                    $0.readHistory.room = Data(Samples.room.bytes)
                    $0.readHistory.after = after
                    $0.readHistory.through = through
                })
        }
        #expect(read(5, 4) == .invalidArgument)
        #expect(read(0, .max) == .invalidArgument)
        #expect(read(UInt64(Int64.max) + 1, 0) == .invalidArgument)
        #expect(read(5, 6) == nil)
        func subscribe(_ count: Int, _ fill: (inout ProtoCheckpoint) -> Void = { _ in }) -> RefusalCode? {
            var checkpoint = ProtoCheckpoint(Samples.head)
            fill(&checkpoint)
            return Self.refusal(
                Self.message {
                    $0.subscribe.room.id = Data(Samples.room.bytes)
                    $0.subscribe.incarnation = Data(Samples.incarnation.bytes)
                    $0.subscribe.held = Array(repeating: checkpoint, count: count)
                })
        }
        #expect(subscribe(32) == nil)
        #expect(subscribe(33) == .tooLarge)
        #expect(subscribe(1) { $0.link = Data() } == .invalidArgument)
        #expect(subscribe(1) { $0.sequence = 0 } == .invalidArgument)
        #expect(subscribe(1) { $0.sequence = .max } == .invalidArgument)
    }

    /// What is held is of one room; a name may be given to another.
    @Test func heldOfARoomByItsNameIsRefused() {
        let request = Self.message {
            $0.subscribe.room.name = "r"
            $0.subscribe.incarnation = Data(Samples.incarnation.bytes)
            $0.subscribe.held = [ProtoCheckpoint(Samples.head)]
        }
        #expect(Self.refusal(request) == .invalidArgument)
    }

    @Test func heldWithoutItsIncarnationIsRefused() {
        let request = Self.message {
            $0.subscribe.room.id = Data(Samples.room.bytes)
            $0.subscribe.held = [ProtoCheckpoint(Samples.head)]
        }
        #expect(Self.refusal(request) == .invalidArgument)
    }

    @Test func aPageIsNeverLargerThanTheLimit() {
        for (asked, given) in [(0, 512), (1, 1), (511, 511), (9_999, 512)] {
            let message = Self.message {
                $0.readHistory.room = Data(Samples.room.bytes)
                $0.readHistory.maxEvents = UInt32(asked)
            }
            let expected = Request.readHistory(HistoryRequest(room: Samples.room, after: 0, maxEvents: given))
            let decoded = ClientMessageDecoder.decode(message.bytes(), limits: .standard)
            #expect(decoded == .message(.request(expected), request: 6))
        }
    }

    @Test func aRequestNeedsANumberAndHelloDoesNot() {
        let ping = ClientMessageDecoder.decode([0x22, 0], limits: .standard)
        guard case .refused(let refusal, request: 0, .request) = ping else {
            return #expect(Bool(false), "refused: \(ping)")
        }
        #expect(refusal.code == .invalidArgument)
        #expect(ClientMessageDecoder.decode([0x2a, 0], limits: .standard) == .message(.goodbye, request: 0))
    }

    @Test func textThatIsNoTextCostsTheRequestOnly() throws {
        let send = try ClientMessageEncoder.encode(.request(Samples.message("ab")), request: 6).unwrapped()
        let spoilt = send.map { $0 == UInt8(ascii: "a") ? 0xff : $0 }
        guard
            case .refused(let refusal, request: 6, .request) = ClientMessageDecoder.decode(
                spoilt, limits: .standard)
        else { return #expect(Bool(false), "refused") }
        #expect(refusal.code == .invalidBody)
        let login = try ClientMessageEncoder.encode(.authenticate(.token("a")), request: 6).unwrapped()
        let bad = ClientMessageDecoder.decode(
            login.map { $0 == UInt8(ascii: "a") ? 0xff : $0 }, limits: .standard)
        guard case .refused(let wrong, request: 6, .authentication) = bad
        else { return #expect(Bool(false), "refused: \(bad)") }
        #expect(wrong.code == .invalidArgument)
    }

    @Test(arguments: [[0xff], [0x32, 5], [0x32, 1, 0xff], [0x08], [0x30, 1, 0x0b]] as [[UInt8]])
    func whatIsNoMessageIsMalformed(bytes: [UInt8]) {
        #expect(ClientMessageDecoder.decode(bytes, limits: .standard) == .malformed)
    }
}
