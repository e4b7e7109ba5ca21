import Testing

/// The rules see what the lexer shows them, so it has tests of its own.
@Suite struct SwiftCodeTests {
    private func words(_ text: String) -> [String] { SwiftCode(text).tokens.map(\.text) }

    @Test func commentsAndStringsAreNotCode() {
        #expect(words("a // b") == ["a"])
        #expect(words("a /* b /* c */ d */ e") == ["a", "e"])
        #expect(words("a \"b // c\" d") == ["a", "\"\"", "d"])
        #expect(words("a \"\"\"\n b \" c\n \"\"\" d") == ["a", "\"\"", "d"])
        #expect(words("#\"a \" b\"# c") == ["\"\"", "c"])
        #expect(words("\"a\\\"b\" c") == ["\"\"", "c"])
    }

    @Test func interpolatedCodeIsCode() {
        #expect(words("\"a \\(b(c)) d\" e") == ["\"\"", "b", "(", "c", ")", "e"])
        #expect(words("#\"a \\(b) \\#(c)\"# e") == ["\"\"", "c", "e"])
        #expect(words("\"\\(a ? \"b\" : c)\"") == ["\"\"", "a", "?", "\"\"", ":", "c"])
    }

    @Test func tokensKnowTheirLines() {
        let code = SwiftCode("a\n/* b\n c */ d\n\"\"\"\n e\n\"\"\"\nf g")
        #expect(code.tokens.map(\.line) == [1, 3, 4, 7, 7])
        #expect(code.tokens.map(\.opensLine) == [true, true, true, true, false])
        #expect(code.comments[2]?.contains("b") == true)
    }
}
