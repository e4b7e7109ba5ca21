import Chat
import Client
import Testing
import Wire

@Suite("Events for programs")
struct EventTextTests {
    private func json(_ body: MessageBody) -> String { text(.message(body)).json }

    private func text(_ content: Content) -> (json: String, people: String) {
        var history = SampleHistory(hashing: MixingHash())
        let entry = history.append(
            content: ContentCodec().encode(content), id: EventID(high: 1, low: 2), sendID: nil)
        let text = EventText(entry, room: "hall")
        return (String(decoding: text.json, as: UTF8.self), String(text.text(isNumbered: true).dropFirst(9)))
    }

    @Test(
        arguments: [
            (
                .message(MessageBody(text: "yes", replyTo: 7)), #""body":"yes","reply_to":7}"#, "(to #7): yes"
            ),
            (
                .edit(Edit(target: 7, body: MessageBody(text: "no"))), #""body":"no","target":7}"#,
                "#7 is now: no"
            ),
            (.deletion(7), #""body":"","target":7}"#, "#7 is deleted"),
            (
                .reaction(Reaction(target: 7, text: "👍")), #""body":"👍","target":7,"removed":false}"#,
                "👍 to #7"
            ),
            (
                .reaction(Reaction(target: 7, text: "👍", isRemoved: true)),
                #""body":"👍","target":7,"removed":true}"#, "takes back 👍 to #7"
            ),
        ] as [(Content, String, String)])
    func `what is about a message names it`(content: Content, json: String, people: String) {
        let found = text(content)
        #expect(found.json.hasSuffix(json + "\n"), "\(found.json)")
        #expect(found.people.hasSuffix(people + "\n"), "\(found.people)")
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
