import Chat
import Foundation
import Native
import Testing

@testable import Security

@Suite struct AccessTokenTests {
    private let keys = AccessTokenKeys(server: "box")
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func token(expiresAfter seconds: Int = 900, issuedAfter: Int = 0) -> AccessToken {
        AccessToken(
            person: PersonID(high: 1, low: 2), session: LoginSessionID(high: 3, low: 4), epoch: 5,
            issuedAt: now.advanced(by: .seconds(issuedAfter)),
            expiresAt: now.advanced(by: .seconds(expiresAfter)))
    }

    @Test func whatWasSignedIsRead() throws {
        let text = keys.sign(token())
        #expect(try keys.read(text, now: now) == token())
        #expect(text.utf8.count < 512, "a token fits into the protocol's limit")
    }

    @Test func theKeyBeforeIsStillGoodAndTheOneBeforeThatIsNot() throws {
        let text = keys.sign(token())
        let next = keys.rotated()
        #expect(try next.read(text, now: now) == token())
        #expect(throws: TokenFault.unknownKey) { try next.rotated().read(text, now: now) }
        #expect(throws: TokenFault.unknownKey) { try keys.read(next.sign(token()), now: now) }
    }

    @Test func timesAreKeptWithAMinuteOfLeeway() throws {
        func read(_ token: AccessToken) throws(TokenFault) { _ = try keys.read(keys.sign(token), now: now) }
        try read(token(expiresAfter: -59))
        #expect(throws: TokenFault.expired) { try read(token(expiresAfter: -60)) }
        try read(token(issuedAfter: 60))
        #expect(throws: TokenFault.notYetValid) { try read(token(issuedAfter: 61)) }
    }

    @Test func anotherServersTokenIsRefused() {
        // Even if it had our key: a restored copy of this server, say.
        let text = keys.sign(token())
        #expect(throws: TokenFault.unknownKey) {
            try AccessTokenKeys(server: "box").read(text, now: now)
        }
    }

    @Test func claimsAreChecked() throws {
        func check(_ change: (inout TokenClaims) -> Void) throws(TokenFault) {
            var claims = TokenClaims(
                issuer: "a", audience: ["b", "c"], subject: "s", expires: 1_800_000_100, notBefore: nil,
                issuedAt: nil)
            change(&claims)
            try claims.check(issuer: "a", audience: "c", now: now)
        }
        try check { _ in }
        try check { $0.expires = .max }
        #expect(throws: TokenFault.issuer) { try check { $0.issuer = "A" } }
        #expect(throws: TokenFault.audience) { try check { $0.audience = ["b"] } }
        #expect(throws: TokenFault.expired) { try check { $0.expires = 1_799_999_940 } }
        #expect(throws: TokenFault.notYetValid) { try check { $0.notBefore = 1_800_000_061 } }
        #expect(throws: TokenFault.notYetValid) { try check { $0.issuedAt = .max } }
    }

    @Test func claimsAreReadAsProvidersWriteThem() throws {
        func read(_ json: String) throws -> TokenClaims {
            try JSONDecoder().decode(TokenClaims.self, from: Data(json.utf8))
        }
        let several = try read(#"{"iss":"i","aud":["a","b"],"sub":"s","exp":5.9,"nbf":1,"x":[]}"#)
        #expect(several.audience == ["a", "b"] && several.expires == 5 && several.notBefore == 1)
        #expect(try read(#"{"iss":"i","aud":"a","sub":"s","exp":5}"#).audience == ["a"])
        for wrong in [
            #"{"iss":"i","aud":"a","sub":"s"}"#, #"{"iss":"i","aud":"a","sub":"s","exp":"5"}"#,
            #"{"iss":"i","aud":"a","sub":"s","exp":1e300}"#, #"{"iss":"i","aud":"a","sub":"s","exp":-1}"#,
            #"{"iss":"i","sub":"s","exp":5}"#, #"{"iss":"i","aud":"a","sub":"s","exp":5,"nbf":"x"}"#,
        ] {
            #expect(throws: DecodingError.self) { try read(wrong) }
        }
    }
}
