import Chat
import Testing

@Suite struct PlainTextTests {
    @Test func everyControlCharacterIsFoundAndNothingElse() {
        for value in UInt32(0)...0x2ff {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a\(Character(scalar))b"
            let isControl = scalar.properties.generalCategory == .control
            let isLine = scalar == "\n" || scalar == "\t"
            #expect(hasControl(text, allowingLines: true) == (isControl && !isLine))
            #expect(hasControl(text, allowingLines: false) == isControl)
        }
    }

    /// Their bytes hold 0x80 to 0x9f, but not behind 0xc2.
    @Test func lettersOfAnyScriptAreText() {
        for text in ["ÀÁÂ", "жизнь", "中文 – 字", "😀👩‍👩‍👧", "\u{2028}", "ࠀ\u{fffd}"] {
            #expect(!hasControl(text, allowingLines: false), "\(text)")
        }
    }

    private func hasControl(_ text: String, allowingLines: Bool) -> Bool {
        PlainText.hasControl(Array(text.utf8).span, allowingLines: allowingLines)
    }
}
