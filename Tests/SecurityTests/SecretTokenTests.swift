import Testing

@testable import Security

@Suite struct SecretTokenTests {
    @Test("A token read from its own text is the same token", arguments: SecretToken.Purpose.allCases)
    func roundTrip(purpose: SecretToken.Purpose) throws {
        let token = SecretToken.random(purpose)
        let read = try #require(SecretToken(text: token.text))
        #expect(read.purpose == purpose)
        #expect(read.text == token.text)
        #expect(read.digest == token.digest)
    }

    @Test func theTextSaysWhatItIs() {
        #expect(SecretToken.random(.session).text.hasPrefix("sct_"))
        #expect(SecretToken.random(.invite).text.hasPrefix("sci_"))
        #expect(SecretToken.random(.invite).text.utf8.count == SecretToken.textCount)
    }

    @Test func noTwoAreAlike() {
        let texts = Set((0..<1_000).map { _ in SecretToken.random(.session).text })
        #expect(texts.count == 1_000)
    }

    @Test func aTokenOfOnePurposeHasAnotherDigestThanTheSameBytesForAnother() throws {
        let session = SecretToken.random(.session)
        let invite = try #require(SecretToken(text: "sci_" + session.text.dropFirst(4)))
        #expect(invite.digest != session.digest)
    }

    @Test func whatIsLoggedHasNothingOfTheSecret() {
        let token = SecretToken.random(.session)
        #expect("\(token)" == "sct_…")
    }

    @Test func anythingElseIsRefused() {
        let text = SecretToken.random(.session).text
        #expect(SecretToken(text: "") == nil)
        #expect(SecretToken(text: String(text.dropLast())) == nil)
        #expect(SecretToken(text: text + "A") == nil)
        #expect(SecretToken(text: "scx_" + text.dropFirst(4)) == nil)
        #expect(SecretToken(text: "SCT_" + text.dropFirst(4)) == nil)
        #expect(SecretToken(text: text.replacingOccurrences(ofLast: "/")) == nil)
        #expect(SecretToken(text: String(repeating: "é", count: 23) + "a") == nil)
    }

    /// 43 characters carry two bits more than 32 bytes have: those must be zero, else one token had four
    /// texts.
    @Test func aTokenHasOneText() {
        let text = SecretToken.random(.session).text
        let others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".map {
            text.replacingOccurrences(ofLast: $0)
        }
        #expect(others.filter { SecretToken(text: $0) != nil }.count == 16)
        #expect(Set(others.compactMap { SecretToken(text: $0)?.digest }).count == 16)
    }
}

extension String {
    fileprivate func replacingOccurrences(ofLast character: Character) -> String {
        dropLast() + String(character)
    }
}
