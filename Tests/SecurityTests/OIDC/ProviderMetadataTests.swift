import Native
import Testing

@testable import Security

/// What a provider publishes, and what of it is not believed.
@Suite struct ProviderMetadataTests {
    private static let reach = ProviderReach(issuerHost: "login.example.org")

    private func fault(_ json: String, issuer: String = "https://login.example.org") -> ProviderFault? {
        guard let address = WebAddress(issuer) else { return nil }
        do throws(ProviderFault) {
            _ = try ProviderMetadata(json: Array(json.utf8), issuer: address, reach: Self.reach)
            return nil
        } catch {
            return error
        }
    }

    @Test func theLeastThereMayBe() {
        #expect(fault(#"{"issuer": "https://login.example.org", "jwks_uri": "https://a.example/k"}"#) == nil)
    }

    @Test func anotherIssuerIsAnotherProvider() {
        for issuer in ["https://login.example.org/", "https://LOGIN.example.org", "https://evil.example"] {
            #expect(fault(#"{"issuer": "\#(issuer)", "jwks_uri": "https://a.example/k"}"#) == .issuerDiffers)
        }
    }

    @Test func addressesAreByTLS() {
        #expect(
            fault(#"{"issuer": "https://login.example.org", "jwks_uri": "http://a.example/k"}"#) == .insecure)
        #expect(
            fault(#"{"issuer": "https://login.example.org", "jwks_uri": "file:///etc/passwd"}"#) == .document)
    }

    @Test func whatIsNoDocument() {
        #expect(fault(#"{"issuer": "https://login.example.org"}"#) == .document)
        #expect(fault("[") == .document)
        #expect(
            fault(#"{"issuer": "https://login.example.org", "issuer": "https://evil.example"}"#) == .document)
        let plain = #"{"issuer": "https://login.example.org", "jwks_uri": "https://a.example/k","#
        #expect(fault(plain + #" "code_challenge_methods_supported": ["plain"]}"#) == .document)
    }

    @Test(arguments: [
        "https://user@login.example.org", "https://login.example.org/#f", "https://login.example.org\\@evil",
        "https:login.example.org", "ftp://login.example.org", "https://", "https://a b",
        "https://" + String(repeating: "a", count: 2_000),
    ])
    func whatIsNoAddress(text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test func onlyTheIssuersHostMayBeInternal() throws {
        let own = try #require(WebAddress("https://login.example.org/keys"))
        let other = try #require(WebAddress("https://keys.example.org/"))
        #expect(Self.reach.request(own).allowsInternal && !Self.reach.request(other).allowsInternal)
        #expect(!Self.reach.request(own).allowsPlain)
        let loopback = ProviderReach(issuerHost: "127.0.0.1", allowsLoopback: true)
        #expect(loopback.allows(try #require(WebAddress("http://127.0.0.1:1/"))))
        #expect(!loopback.allows(try #require(WebAddress("http://login.example.org/"))))
    }

    @Test func theDocumentStandsBelowTheIssuer() throws {
        for issuer in ["https://a.example/realms/x", "https://a.example/realms/x/"] {
            let address = try #require(WebAddress(issuer))
            #expect(
                ProviderMetadata.address(of: address)?.text
                    == "https://a.example/realms/x/.well-known/openid-configuration")
        }
    }
}
