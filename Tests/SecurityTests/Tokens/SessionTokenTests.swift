import Chat
import Testing

@testable import Security

@Suite struct SessionTokenTests {
    private let session = LoginSessionID(high: 1, low: 2)

    @Test(arguments: [LoginSession.Kind.device, .key])
    func aTokenReadFromItsOwnTextIsTheSame(kind: LoginSession.Kind) throws {
        let token = SessionToken.first(kind, of: session)
        let read = try #require(SessionToken(text: token.text))
        #expect(read.kind == kind && read.session == session)
        #expect(read.shown == token.shown)
        #expect(read.text == token.text)
        #expect(token.text.utf8.count == SessionToken.textCount)
        #expect(token.stored.family == token.shown.family && token.stored.current == token.shown.secret)
    }

    @Test func theNextOneIsOfTheSameFamilyWithAnotherSecret() {
        let token = SessionToken.first(.device, of: session)
        let next = token.next()
        #expect(next.session == session && next.kind == .device)
        #expect(next.shown.family == token.shown.family)
        #expect(next.shown.secret != token.shown.secret)
    }

    /// Else the token of one session, or one kind, could pass for another's.
    @Test func digestsAreOfTheSessionAndTheKind() throws {
        let token = SessionToken.first(.device, of: session)
        let asKey = try #require(SessionToken(text: "sck_" + token.text.dropFirst(4)))
        #expect(asKey.shown.secret != token.shown.secret && asKey.shown.family != token.shown.family)
        var bytes = try #require(Base64.url.decode(token.text.dropFirst(4)))
        bytes[0] ^= 1
        let another = try #require(SessionToken(text: "scr_" + Base64.url.encode(bytes)))
        #expect(another.shown.secret != token.shown.secret && another.shown.family != token.shown.family)
    }

    @Test func whatIsLoggedHasNothingOfTheSecret() {
        #expect("\(SessionToken.first(.key, of: session))" == "sck_…")
    }

    @Test func anythingElseIsRefused() {
        let text = SessionToken.first(.key, of: session).text
        for other in [
            "", String(text.dropLast()), text + "A", "sci_" + text.dropFirst(4), "SCK_" + text.dropFirst(4),
            text.dropLast() + "/", String(repeating: "é", count: 45),
        ] {
            #expect(SessionToken(text: other) == nil)
        }
    }
}
