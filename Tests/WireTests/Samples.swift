import Chat
import Wire

/// Values that the tests of this folder speak about.
enum Samples {
    static let alice = PersonID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    static let bob = PersonID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0002)
    static let room = RoomID(high: 0x0190_0000_0000_7001, low: 0x8000_0000_0000_0003)
    static let send = SendID(high: 0x0190_0000_0000_7002, low: 0x8000_0000_0000_0004)
    static let event = EventID(high: 0x0190_0000_0000_7003, low: 0x8000_0000_0000_0005)
    static let incarnation = Incarnation(high: 7, low: 8)
    static let at = Timestamp(milliseconds: 1_795_000_000_123)

    static let session = LoginSessionID(high: 0x0190_0000_0000_7004, low: 0x8000_0000_0000_0006)
    static let tokens = GivenTokens(
        access: "access", accessExpires: at, refresh: "refresh", refreshExpires: Timestamp(milliseconds: 4))

    static func digest(_ seed: UInt8) -> Digest {
        guard let digest = Digest(bytes: (0..<32).map { seed &+ $0 }) else { preconditionFailure("32 bytes") }
        return digest
    }

    static func entry(_ text: String = "Grüße 👋🏽 مرحبا", sequence: UInt64 = 300, author: String = "Ålice")
        -> HistoryEvent
    {
        let content = ContentCodec().encode(.message(MessageBody(text: text)))
        let event = Event(
            room: room, sequence: sequence, id: event, author: alice, at: at, content: content,
            salt: Salt(high: 1, low: 2), link: digest(4), sendID: nil)
        return HistoryEvent(event: event, authorName: author)
    }

    static let summary = RoomSummary(
        id: room, kind: .closed, name: "bridge", topic: "who is on watch", isArchived: true, role: .moderator,
        head: 12, members: 3)
    static let person = PersonSummary(id: bob, name: "bob", isAdministrator: true)
    static let head = Head(sequence: 12, link: digest(9))
    static let position = ReadPosition(room: room, sequence: 9, unread: 3, mentions: 1)

    static let offer = ClientOffer(
        capabilities: ["x"], nonce: Array(repeating: 5, count: 32), agent: "tests/1",
        channelBinding: .tlsExporter)

    static let login = ClientMessage.authenticate(.password(user: "alice", password: "correct horse"))

    static func message(_ text: String = "hello", id: SendID = send) -> Request {
        .command(.send(SendMessage(room: room, id: id, body: MessageBody(text: text))))
    }
}

extension ClientMessage {
    /// In a frame of its own.
    func frame(_ request: UInt64 = 1) -> [UInt8] {
        FrameEncoder.frame(of: ClientMessageEncoder.encode(self, request: request))
    }
}

extension [UInt8] {
    /// The message within the tag and length that its frame gives it.
    func unwrapped() throws -> [UInt8] {
        var messages = FrameMessages(payload: self, maxMessages: 1)
        guard let message = try messages.next() else { throw FrameError.empty }
        return message
    }
}
