import Testing

@testable import Security

@Suite struct InviteLinkTests {
    private let fingerprint = Fingerprint(publicKey: Array("abc".utf8))

    private func link(_ user: String) -> InviteLink {
        InviteLink(
            endpoint: Endpoint(host: "::1", port: 1), token: "sci_abc", fingerprint: fingerprint, user: user)
    }

    @Test func hasTheDocumentedForm() {
        #expect(link("ada").text == "securechat://[::1]:1/#token=sci_abc&fingerprint=\(fingerprint)&user=ada")
    }

    @Test(
        "Names of any script and sign survive in it",
        arguments: [
            ("Ädä", "%C3%84d%C3%A4"), ("李", "%E6%9D%8E"), ("a&b=c#d%e f", "a%26b%3Dc%23d%25e%20f"),
            ("a-b_c.d~", "a-b_c.d~"),
        ])
    func names(user: String, encoded: String) {
        #expect(link(user).text.hasSuffix("&user=\(encoded)"))
        #expect(link(user).text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    }

    @Test func whatIsLoggedHasNothingOfTheSecret() {
        #expect("\(link("ada"))" == "securechat://[::1]:1/#…")
    }
}
