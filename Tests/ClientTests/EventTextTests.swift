import Chat
import Client
import Testing
import Wire

@Suite("Events for programs")
struct EventTextTests {
    private func json(_ body: MessageBody) -> String {
        var history = SampleHistory(hashing: MixingHash())
        let entry = history.append(
            content: ContentCodec().encode(.message(body)), id: EventID(high: 1, low: 2), sendID: nil)
        return String(decoding: EventText(entry, room: "hall").json, as: UTF8.self)
    }

    @Test func `a text is the body, and nothing beside it`() {
        #expect(json(MessageBody(text: "hello")).hasSuffix(#""body":"hello"}"# + "\n"))
    }

    @Test(
        arguments: [
            ([], ""), ([0], "AA=="), ([0xff, 0xfe], "//4="), ([1, 2, 3], "AQID"), ([0, 1, 2, 3], "AAECAw=="),
        ] as [([UInt8], String)])
    func `a body that is no text is its bytes in Base64, beside their type`(bytes: [UInt8], data: String) {
        let line = json(MessageBody(contentType: "application/x-sealed", bytes: bytes))
        let end = #""body":null,"content_type":"application/x-sealed","data":"\#(data)"}"# + "\n"
        #expect(line.hasSuffix(end))
    }
}
