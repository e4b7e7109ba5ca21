import Chat
import Testing

@testable import Wire

@Suite struct ContentCodecTests {
    static let contents: [Content] = [
        .message(MessageBody(text: "")), .message(MessageBody(text: "e\u{301} is not \u{e9}\0\u{200f}")),
        .message(MessageBody(contentType: "application/octet-stream", bytes: [0, 255, 128])),
        .membership(MembershipChange(person: Samples.bob, personName: "Bob", role: .owner)),
        .membership(MembershipChange(person: Samples.bob, personName: "", role: nil)),
        .settings(SettingsChange(name: "bridge", topic: "watch", isArchived: true)),
        .settings(SettingsChange(name: nil, topic: "", isArchived: false)),
        .settings(
            SettingsChange(
                name: "bridge", topic: "", isArchived: false,
                rules: RoomRules(visibility: .sinceJoining, slowSeconds: 30, keepDays: 36_500))),
        .message(MessageBody(text: "yes", replyTo: 7)), .deletion(3),
        .edit(Edit(target: 1 << 40 - 1, body: MessageBody(text: "нет"))),
        .edit(Edit(target: 1, body: MessageBody(contentType: "application/cbor", bytes: [255, 0]))),
        .reaction(Reaction(target: 9, text: "👩‍👩‍👧‍👦")),
        .reaction(Reaction(target: 9, text: "ok", isRemoved: true)),
    ]

    @Test(arguments: contents) func contentReadsBackAndEncodesTheSameAgain(content: Content) throws {
        let bytes = ContentCodec().encode(content)
        #expect(!bytes.isEmpty, "empty content means erased")
        let decoded = try #require(ContentCodec().decode(bytes))
        #expect(decoded == content)
        #expect(ContentCodec().encode(decoded) == bytes)
    }

    @Test func textKeepsItsBytesExactly() throws {
        let text = Array("e\u{301}\u{fb01}\u{212b}".utf8)
        let decoded = ContentCodec().decode(ContentCodec().encode(.message(MessageBody(bytes: text))))
        #expect(decoded == .message(MessageBody(bytes: text)))
    }

    @Test(
        arguments: [[], [0xff], [0x22, 0], [0x0a, 0], [0x12, 2, 0x10, 9], [0x22, 2, 0x08, 1]] as [[UInt8]])
    func whatIsErasedOrUnknownIsNil(bytes: [UInt8]) {
        #expect(ContentCodec().decode(bytes) == nil)
    }

    @Test func numbersOfRolesAndKindsAreTheModels() {
        for role in Role.allCases { #expect(ProtoRole(role).rawValue == Int(role.rawValue)) }
        for kind in Room.Kind.allCases { #expect(ProtoRoomKind(kind).rawValue == Int(kind.rawValue)) }
    }
}
