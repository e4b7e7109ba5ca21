import Testing

@testable import Security

@Suite struct InviteTokenTests {
    @Test func aTokenReadFromItsOwnTextIsTheSame() throws {
        let token = InviteToken.random()
        let read = try #require(InviteToken(text: token.text))
        #expect(read.text == token.text)
        #expect(read.digest == token.digest)
        #expect(token.text.hasPrefix("sci_"))
        #expect(token.text.utf8.count == InviteToken.textCount)
    }

    /// Nobody can show the one for the other, nor the digest of the one be found by the other's text.
    @Test func theTwoKindsAreApart() throws {
        let token = InviteToken.random(.newcomer)
        #expect(token.text.hasPrefix("scn_") && token.text.utf8.count == InviteToken.textCount)
        #expect(InviteToken(text: token.text) == nil)
        let other = "sci_" + token.text.dropFirst(4)
        #expect(InviteToken(text: other, .newcomer) == nil)
        let read = try #require(InviteToken(text: token.text, .newcomer))
        #expect(read.digest == token.digest && InviteToken(text: other)?.digest != token.digest)
        #expect("\(token)" == "scn_…")
    }

    @Test func noTwoAreAlike() {
        let texts = Set((0..<1_000).map { _ in InviteToken.random().text })
        #expect(texts.count == 1_000)
    }

    @Test func whatIsLoggedHasNothingOfTheSecret() {
        #expect("\(InviteToken.random())" == "sci_…")
    }

    @Test func anythingElseIsRefused() {
        let text = InviteToken.random().text
        for other in [
            "", String(text.dropLast()), text + "A", "scx_" + text.dropFirst(4), "SCI_" + text.dropFirst(4),
            text.dropLast() + "/", String(repeating: "é", count: 23) + "a",
        ] {
            #expect(InviteToken(text: other) == nil)
        }
    }

    /// 43 characters carry two bits more than 32 bytes have: those must be zero, else one token had four
    /// texts.
    @Test func aTokenHasOneText() {
        let text = InviteToken.random().text
        let others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".map {
            String(text.dropLast()) + String($0)
        }
        #expect(others.filter { InviteToken(text: $0) != nil }.count == 16)
        #expect(Set(others.compactMap { InviteToken(text: $0)?.digest }).count == 16)
    }
}
