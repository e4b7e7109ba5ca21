import Native
import Testing

@testable import Security

/// The machine of a login by code: what it asks, and which redirect it takes.
@Suite struct AuthorizationGrantTests {
    private static let issuer = "https://login.example.org"
    private static let back = "http://127.0.0.1:49152/callback"

    private static func metadata(_ more: String = "") throws -> ProviderMetadata {
        let json = """
            {"issuer": "\(issuer)", "jwks_uri": "\(issuer)/keys", "token_endpoint": "\(issuer)/token",
             "authorization_endpoint": "\(issuer)/authorize?tenant=1"\(more)}
            """
        let address = try #require(WebAddress(issuer))
        return try ProviderMetadata(
            json: Array(json.utf8), issuer: address, reach: ProviderReach(issuerHost: "login.example.org"))
    }

    private static func grant(_ more: String = "") throws -> AuthorizationGrant {
        try AuthorizationGrant(
            try metadata(more), client: "securechat", scopes: "openid profile", redirect: back,
            nonce: "nonce",
            secrets: .init(
                state: [UInt8](repeating: 1, count: 32), verifier: Self.bytesOfTheStandard))
    }

    /// RFC 7636, appendix B.
    private static let bytesOfTheStandard: [UInt8] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214,
        191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ]
    private static let state = Base64.url.encode([UInt8](repeating: 1, count: 32))

    @Test func theAddressCarriesTheStandardsChallenge() throws {
        let address = try Self.grant().address
        #expect(address.hasPrefix("https://login.example.org/authorize?tenant=1&response_type=code&"))
        #expect(address.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"))
        #expect(address.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback"))
        #expect(address.contains("nonce=nonce") && address.contains("code_challenge_method=S256"))
        #expect(!address.contains("dBjftJeZ4CVP"))
    }

    @Test func theRightRedirectGivesTheForm() throws {
        var grant = try Self.grant()
        let form = try grant.redirected(query: "code=a%2Fb&state=\(Self.state)&session_state=x")
        let fields = try #require(FormFields(Substring(String(decoding: form, as: UTF8.self))))
        #expect(fields["code"] == "a/b" && fields["redirect_uri"] == Self.back)
        #expect(fields["code_verifier"] == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        let token = try grant.answered(HTTPResponse(status: 200, body: Array(#"{"id_token":"x.y.z"}"#.utf8)))
        #expect(token == "x.y.z")
    }

    @Test(arguments: [
        "code=x", "code=x&state=", "code=x&state=\(state)x", "state=\(state)&state=\(state)&code=x", "%", "",
    ])
    func aForeignRedirectChangesNothing(query: String) throws {
        var grant = try Self.grant()
        #expect(throws: GrantFault.foreignRedirect) { try grant.redirected(query: query[...]) }
        _ = try grant.redirected(query: "code=x&state=\(Self.state)")
    }

    @Test func theSameRedirectCountsOnce() throws {
        var grant = try Self.grant()
        _ = try grant.redirected(query: "code=x&state=\(Self.state)")
        #expect(throws: GrantFault.foreignRedirect) {
            try grant.redirected(query: "code=x&state=\(Self.state)")
        }
    }

    @Test func anotherProvidersRedirectIsAMixUp() throws {
        var grant = try Self.grant()
        #expect(throws: GrantFault.mixUp) {
            try grant.redirected(query: "code=x&state=\(Self.state)&iss=https%3A%2F%2Fevil.example")
        }
        var naming = try Self.grant(#", "authorization_response_iss_parameter_supported": true"#)
        #expect(throws: GrantFault.mixUp) { try naming.redirected(query: "code=x&state=\(Self.state)") }
    }

    @Test func theProvidersWordIsShownOnlyIfItIsOne() throws {
        var grant = try Self.grant()
        #expect(throws: GrantFault.refused("access_denied")) {
            try grant.redirected(query: "error=access_denied&state=\(Self.state)")
        }
        grant = try Self.grant()
        #expect(throws: GrantFault.refused("for a reason that cannot be shown")) {
            try grant.redirected(query: "error=%1b%5b2J&state=\(Self.state)")
        }
    }
}
