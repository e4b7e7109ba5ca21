import Chat
import Client
import Testing
import Wire

@Suite("Other people's text on a terminal")
struct HarmlessTextTests {
    @Test func `every format character of Unicode is neutralised but those that text is written with`() {
        let kept = [0x200c, 0x200d, 0x70f, 0x6dd, 0x8e2, 0x890, 0x891, 0x180e, 0x110bd, 0x110cd]
        for value in UInt32(0)...0x10ffff {
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory == .format else {
                continue
            }
            let isKept =
                kept.contains(Int(value)) || (0x600...0x605).contains(value)
                || (0xe0020...0xe007f).contains(value)
            let shown = HarmlessText.of(String(scalar))
            #expect(shown.unicodeScalars.contains(scalar) == isKept)
        }
    }

    @Test func `control characters are shown as strangers, a tab as it is`() {
        for value in UInt8(0)..<0xa0 where value < 0x20 || value > 0x7e {
            guard ![0x09, 0x0a, 0x0d].contains(value) else { continue }
            #expect(HarmlessText.of("a" + String(Unicode.Scalar(value))) == "a\u{fffd}")
        }
        #expect(HarmlessText.of("a\tb") == "a\tb")
        #expect(HarmlessText.of("x\u{202e}gnp\u{2066}") == "x\u{fffd}gnp\u{fffd}")
    }

    @Test(arguments: [
        "👩‍👩‍👧", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "❤️", "می‌خواهم", "क्‍ष", "שלום", "السلام عليكم", "e\u{301}", "你好",
    ])
    func `emoji and scripts keep what they are written with`(text: String) {
        #expect(Array(HarmlessText.of(text).utf8) == Array(text.utf8))
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\u{2028}", "\u{2029}"])
    func `whatever breaks a line is followed by the indentation`(lineBreak: String) {
        #expect(HarmlessText.of("a\(lineBreak)21:05 ada: no", indentation: "   ") == "a\n   21:05 ada: no")
    }

    private func event(_ content: Content, author: String = "eve") -> HistoryEvent {
        var history = SampleHistory(hashing: MixingHash())
        return history.append(
            content: ContentCodec().encode(content), id: EventID(high: 1, low: 1), sendID: nil, author: author
        )
    }

    @Test func `a message cannot forge another line, and a program gets it as it was sent`() {
        let body = "hello\n21:05 ada: I agree\u{202e}\n\n-- you are now in hall"
        let text = EventText(event(.message(MessageBody(text: body))), room: "hall")
        let lines = text.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5 && lines[4].isEmpty)
        #expect(lines[0].hasSuffix(" eve: hello"))
        #expect(lines[1...3].allSatisfy { $0.hasPrefix("      ") })
        #expect(!text.text.contains("\u{202e}"))
        let json = String(decoding: text.json, as: UTF8.self)
        #expect(json.contains(#""body":"hello\n21:05 ada: I agree"# + "\u{202e}" + #"\n\n-- you"#))
    }

    private func words(_ content: Content, author: String = "eve") -> String {
        String(EventText(event(content, author: author), room: "hall").text.dropFirst(6).dropLast())
    }

    @Test func `settings are told without what is not there`() {
        func change(_ name: String?, _ topic: String, _ isArchived: Bool) -> Content {
            .settings(SettingsChange(name: name, topic: topic, isArchived: isArchived))
        }
        #expect(words(change("hall", "", false)) == "* eve: name hall")
        #expect(words(change("hall", "news", true)) == "* eve: name hall, topic news, archived")
        #expect(words(change(nil, "", false)) == "* eve: a conversation of two")
    }

    @Test func `who has no name is the operator`() {
        let change = MembershipChange(person: PersonID(high: 1, low: 2), personName: "bob", role: .owner)
        #expect(words(.membership(change), author: "") == "* the operator: bob is owner")
    }
}
