import Chat
import Testing

@testable import Wire

@Suite struct ServerMessageTests {
    static let messages: [ServerMessage] = [
        .hello(
            ServerHello(
                offer: [1], credential: [2, 2], credentialSignature: [3], transcriptSignature: [4],
                identityKey: [5])),
        .authenticated(Login(person: Samples.person, session: Samples.session)),
        .authenticated(
            Login(person: Samples.person, session: Samples.session, tokens: Samples.tokens, device: "scd_1")),
        .pong(Samples.at),
        .disconnect(Disconnection(.slowReader, detail: "behind", reconnectAfter: .milliseconds(1_500))),
        .disconnect(Disconnection(.malformed)),
        .refused(RefusalNotice(Refusal(.busy, "later", retryAfter: .milliseconds(250)))),
        .refused(RefusalNotice(Refusal(.idReused))),
        .sent(
            SendReceipt(
                room: Samples.room, send: Samples.send, sequence: 1, event: Samples.event, at: Samples.at)),
        .event(Samples.entry()),
        .subscribed(
            Subscription(
                room: Samples.summary, head: Samples.head, common: Samples.head, historyChanged: true)),
        .subscribed(Subscription(room: Samples.summary, head: .empty)),
        .unsubscribed(Samples.room),
        .historyPage(
            HistoryPage(room: Samples.room, events: [Samples.entry(), Samples.entry("b")], more: true)),
        .historyPage(HistoryPage(room: Samples.room, events: [], more: false)),
        .historyPage(HistoryPage(room: Samples.room, events: [Samples.entry()], more: true, first: 1 << 40)),
        .searchResults(SearchPage(found: [], isBehind: true)),
        .searchResults(
            SearchPage(
                found: [
                    CurrentMessage(event: Samples.entry()),
                    CurrentMessage(event: Samples.entry("b"), edit: Samples.entry("c")),
                ], next: SearchPlace(at: Samples.at, room: Samples.room, sequence: 1))),
        .gap(Samples.room, Samples.head),
        .room(Samples.summary),
        .roomList([Samples.summary, RoomSummary(id: Samples.room, kind: .direct, name: "bob")], more: true),
        .roomList(
            [
                RoomSummary(
                    id: Samples.room, kind: .open, name: "a", role: .member, reading: Samples.position),
                RoomSummary(id: RoomID(high: 9, low: 9), kind: .open, name: "b"),
            ], more: false),
        .memberList([MemberSummary(person: Samples.person, role: .owner)], more: false),
        .memberList([MemberSummary(person: Samples.person, role: .owner, presence: .away)], more: false),
        .readPosition(Samples.position), .presence(Samples.bob, .offline), .presence(Samples.bob, .online),
        .typing(Samples.room, PersonSummary(id: Samples.bob, name: "bob")),
        .providerList(ProviderOffer(providers: [], challenge: [])),
        .providerList(
            ProviderOffer(
                providers: [
                    ProviderOffer.Provider(
                        name: "corp", issuer: "https://login.example.org", client: "chat", scopes: "openid")
                ], challenge: [1, 2])),
        .sessionList([]),
        .sessionList([
            SessionSummary(
                id: Samples.session, kind: .device, name: "Anna's télé", createdAt: Samples.at,
                lastSeenAt: Timestamp(milliseconds: 2), expiresAt: Timestamp(milliseconds: 3), isCurrent: true
            ),
            SessionSummary(
                id: Samples.session, kind: .key, scopes: [.read, .account], name: "", createdAt: Samples.at,
                lastSeenAt: Samples.at, expiresAt: Samples.at, isCurrent: false),
        ]),
        .keyMade(KeyReceipt(token: "sck_1", session: Samples.session, expiresAt: Samples.at)),
        .factorOffer(FactorOffer(uri: "otpauth://totp/Bridge:anna?secret=MZXW6", secret: "MZXW6")),
        .recoveryCodes([]), .recoveryCodes(["abcd-efgh-ijkl-mnop", "qrst-uvwx-yz23-4567"]),
        .inviteMade(
            MadeInvite(token: "scn_i", id: OpenInviteID(high: 1, low: 2), expiresAt: Samples.at)),
        .done,
        .draining(reconnectAfter: .seconds(2)),
    ]

    @Test(arguments: messages) func aMessageReadsBackWithItsRequest(message: ServerMessage) throws {
        let isPush = if case .event = message { true } else { false }
        let request: UInt64 = isPush ? 0 : 77
        let decoded = try ServerMessageDecoder.decode(
            try ServerMessageEncoder.encode(message, request: request).unwrapped())
        #expect(decoded.message == message)
        #expect(decoded.request == request)
    }

    @Test(arguments: [
        Samples.entry(), Samples.entry("", sequence: 1, author: ""),
        Samples.entry(String(repeating: "x", count: 70_000)),
        Samples.entry(sequence: UInt64(Int64.max)), Samples.erased, Samples.beforeTheEpoch,
    ])
    func theEventWrittenByHandIsTheGeneratedOne(entry: HistoryEvent) throws {
        let expected = ProtoServerMessage(.event(entry), request: 0).bytes()
        #expect(try ServerMessageEncoder.event(entry).unwrapped() == expected)
        #expect(ServerMessageEncoder.event(entry) == MessageEnvelope.wrap(expected))
    }

    @Test(arguments: [0, 1, 127, 128, 1 << 21, .max] as [UInt64], [0, 1, 1_795_000_000_123, -1] as [Int64])
    func theAckWrittenByHandIsTheGeneratedOne(number: UInt64, milliseconds: Int64) {
        let receipt = SendReceipt(
            room: Samples.room, send: Samples.send, sequence: number, event: Samples.event,
            at: Timestamp(milliseconds: milliseconds))
        let expected = ProtoServerMessage(.sent(receipt), request: number).bytes()
        #expect(ServerMessageEncoder.sent(receipt, request: number) == MessageEnvelope.wrap(expected))
    }

    @Test func aMessageOfANewerVersionIsUnknownAndNotAnError() throws {
        let decoded = try ServerMessageDecoder.decode([0x08, 5, 0xfa, 0x3f, 1, 0])
        #expect(decoded.message == .unknown)
        #expect(decoded.request == 5)
    }

    @Test func codesOfANewerVersionKeepTheirNumber() throws {
        let notice = RefusalNotice(number: 499, name: "new", detail: "", retryAfter: nil)
        let decoded = try ServerMessageDecoder.decode(
            try ServerMessageEncoder.encode(.refused(notice), request: 1).unwrapped())
        #expect(decoded.message == .refused(notice))
        #expect(notice.code == nil && notice.mayRetry)
    }

    @Test(arguments: [[0xff], [0x42, 0], [0x3a, 2, 0x0a, 0], [0x6a, 0], [0x52, 2, 0x0a, 5]] as [[UInt8]])
    func whatNoServerSaysIsMalformed(bytes: [UInt8]) {
        #expect(throws: FrameError.malformed) { try ServerMessageDecoder.decode(bytes) }
    }

    @Test func aListOfRoomsIsCutToItsFrame() throws {
        let rooms = (0..<100).map {
            RoomSummary(
                id: RoomID(high: 1, low: $0), kind: .open, name: "r",
                topic: String(repeating: "t", count: 100),
                isArchived: true, role: .owner, head: .max, members: .max)
        }
        let list = ServerMessage.roomList(fitting: rooms, into: 4_096, more: false)
        guard case .roomList(let some, more: true) = list else { return #expect(Bool(false), "cut: \(list)") }
        #expect(some.count > 20 && some == Array(rooms.prefix(some.count)))
        #expect(ServerMessageEncoder.encode(list, request: .max).count <= 4_096)
        let whole = ServerMessage.roomList(fitting: rooms, into: 1_048_576, more: false)
        #expect(whole == .roomList(rooms, more: false))
    }

    @Test func aClientReadsAStreamSplitAnywhere() throws {
        var encoder = FrameEncoder(limit: 2_000, maxMessages: 3)
        for message in Self.messages { encoder.append(ServerMessageEncoder.encode(message)) }
        let bytes = encoder.finish()
        for cut in stride(from: 0, through: bytes.count, by: 7) {
            var stream = ServerMessageStream(frameLimit: 2_000, maxMessages: 3)
            var found: [ServerMessage] = []
            for part in [bytes[..<cut], bytes[cut...]] {
                stream.append(Array(part).span)
                while let next = try stream.next() { found.append(next.message) }
            }
            #expect(found == Self.messages)
        }
    }
}

extension Samples {
    static let erased = HistoryEvent(
        event: Event(
            room: room, sequence: 2, id: event, author: alice, at: at, content: [],
            salt: Salt(high: 0, low: 0),
            contentDigest: digest(1), link: digest(2), sendID: nil), authorName: "a")
    static let beforeTheEpoch = HistoryEvent(
        event: Event(
            room: room, sequence: 2, id: event, author: .operations, at: Timestamp(milliseconds: -1),
            content: [1],
            salt: Salt(high: 0, low: 0), link: digest(2), sendID: nil), authorName: "")
}
