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
            expiresAt: now.advanced(by: .seconds(seconds)))
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

    /// The header of a good token, taken over with changes: what it says has no say.
    @Test func theHeaderDecidesNothing() throws {
        let parts = keys.sign(token()).split(separator: ".")
        let header = try #require(Base64.url.decode(parts[0]).map { String(decoding: $0, as: UTF8.self) })
        func read(_ header: String, signature: Substring? = nil) throws(TokenFault) {
            let encoded = Base64.url.encode(Array(header.utf8))
            _ = try keys.read("\(encoded).\(parts[1]).\(signature ?? parts[2])", now: now)
        }
        try read(header)
        for other in ["none", "None", "HS256", "RS256", "PS256", "ES256", "eddsa", ""] {
            let changed = header.replacing("EdDSA", with: other)
            #expect(throws: TokenFault.algorithm) { try read(changed) }
            #expect(throws: TokenFault.algorithm) { try read(changed, signature: "") }
        }
        #expect(throws: TokenFault.extensions) { try read("{\"crit\":[\"x\"]," + header.dropFirst()) }
        #expect(throws: TokenFault.malformed) { try read("{\"alg\":\"EdDSA\"," + header.dropFirst()) }
        #expect(throws: TokenFault.malformed) { try read(header.replacing("at+jwt", with: "jwt")) }
        #expect(throws: TokenFault.signature) { try read(header + " ") }
        let kid = try #require(header.firstMatch(of: /"kid":"([^"]+)"/)?.1)
        #expect(throws: TokenFault.unknownKey) { try read(header.replacing(kid, with: "AAAAAAAAAAA")) }
        let nameless = header.replacing("\"kid\":\"\(kid)\",", with: "")
        #expect(throws: TokenFault.signature) { try read(nameless) }
    }

    /// A code of a shared secret by what everybody may know.
    @Test func aTokenCodedByThePublicKeyIsRefused() throws {
        let key = Ed25519Key.generate()
        let signed = Base64.url.encode(Array(#"{"alg":"HS256","typ":"at+jwt"}"#.utf8)) + ".e30"
        var hmac = HMACSHA256()
        let (secret, bytes) = (key.publicKey, Array(signed.utf8))
        let nothing: [UInt8] = []
        hmac.use(key: secret.span)
        let value = hmac.code(of: bytes.span, nothing.span)
        let code = value.indices.map { value[$0] }
        let set = JSONWebKeySet(
            keys: [JSONWebKey(id: nil, algorithm: nil, material: .ed25519(key.publicKey))])
        #expect(throws: TokenFault.algorithm) {
            try CompactJWS(signed + "." + Base64.url.encode(code))
                .verify(by: set, allowing: Set(JWSAlgorithm.allCases))
        }
    }

    @Test func whatIsTooLongIsRefusedUnread() {
        let long = String(repeating: "A", count: CompactJWS.mostBytes + 1)
        #expect(throws: TokenFault.tooLarge) { try keys.read(long, now: now) }
    }

    /// Signed by us, but for another purpose.
    @Test func anotherIssuersOrAudiencesTokenIsRefused() throws {
        let other = AccessTokenKeys(server: "other")
        #expect(throws: TokenFault.unknownKey) { try keys.read(other.sign(token()), now: now) }
        var claims = TokenClaims(
            issuer: "box", audience: ["box"], subject: "s", expires: .max, notBefore: nil, issuedAt: nil)
        try claims.check(issuer: "box", audience: "box", now: now)
        claims.audience = []
        #expect(throws: TokenFault.audience) { try claims.check(issuer: "box", audience: "box", now: now) }
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
