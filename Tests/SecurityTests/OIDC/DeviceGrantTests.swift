import Native
import Testing

@testable import Security

/// The machine of a login on a device: when it asks, and what ends it.
@Suite struct DeviceGrantTests {
    private static func metadata(_ more: String) throws -> ProviderMetadata {
        let issuer = "https://login.example.org"
        let json = #"{"issuer": "\#(issuer)", "jwks_uri": "\#(issuer)/keys"\#(more)}"#
        return try ProviderMetadata(
            json: Array(json.utf8), issuer: try #require(WebAddress(issuer)),
            reach: ProviderReach(issuerHost: "login.example.org"))
    }

    private static func whole() throws -> ProviderMetadata {
        try metadata(
            #", "token_endpoint": "https://login.example.org/token","#
                + #" "device_authorization_endpoint": "https://login.example.org/device""#)
    }

    private static func answer(_ status: Int, _ json: String) -> HTTPResponse {
        HTTPResponse(status: status, body: Array(json.utf8))
    }

    private static func grant(_ more: String = "") throws -> DeviceGrant {
        let json =
            #"{"device_code": "d", "user_code": "WDJB-MJHT", "expires_in": 60,"#
            + #" "verification_uri": "https://login.example.org/activate"\#(more)}"#
        return try DeviceGrant(try whole(), client: "c", answer: answer(200, json), now: .seconds(100))
    }

    @Test func itAsksAtTheIntervalUntilItIsDone() throws {
        var grant = try Self.grant(#", "interval": 2"#)
        #expect(grant.invitation.code == "WDJB-MJHT")
        #expect(grant.begin(now: .seconds(100)) == .ask(at: .seconds(102)))
        let pending = Self.answer(400, #"{"error": "authorization_pending"}"#)
        #expect(try grant.answered(pending, now: .seconds(102)) == .ask(at: .seconds(104)))
        let slower = Self.answer(400, #"{"error": "slow_down"}"#)
        #expect(try grant.answered(slower, now: .seconds(104)) == .ask(at: .seconds(111)))
        #expect(try grant.answered(nil, now: .seconds(111)) == .ask(at: .seconds(125)))
        let done = Self.answer(200, #"{"id_token": "x.y.z"}"#)
        #expect(try grant.answered(done, now: .seconds(125)) == .done(idToken: "x.y.z"))
    }

    @Test func itEndsInTimeAndWithTheProvidersWord() throws {
        var grant = try Self.grant()
        let pending = Self.answer(400, #"{"error": "authorization_pending"}"#)
        #expect(throws: GrantFault.expired) { try grant.answered(pending, now: .seconds(158)) }
        let denied = Self.answer(400, #"{"error": "access_denied"}"#)
        #expect(throws: GrantFault.refused("access_denied")) {
            try grant.answered(denied, now: .seconds(101))
        }
        #expect(throws: GrantFault.expired) {
            try grant.answered(Self.answer(400, #"{"error": "expired_token"}"#), now: .seconds(101))
        }
    }

    @Test func whatAProviderSaysIsBounded() throws {
        let grant = try Self.grant(#", "interval": 1000000"#)
        #expect(grant.begin(now: .zero) == .ask(at: .seconds(60)))
        #expect(throws: GrantFault.notOffered) {
            try DeviceGrant.begin(try Self.metadata(""), client: "c", scopes: "openid", nonce: "n")
        }
        #expect(throws: GrantFault.provider(.document)) {
            try DeviceGrant(try Self.whole(), client: "c", answer: Self.answer(200, "{}"), now: .zero)
        }
    }
}
