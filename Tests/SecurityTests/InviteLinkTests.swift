import Testing

@testable import Security

@Suite struct InviteLinkTests {
    private let fingerprint = Fingerprint(publicKey: Array("abc".utf8))

    private func link(_ user: String?) -> InviteLink {
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
        #expect(InviteLink(link(user).text) == link(user))
        #expect(link(user).text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    }

    @Test func whatIsLoggedHasNothingOfTheSecret() {
        #expect("\(link("ada"))" == "securechat://[::1]:1/#…")
    }

    @Test func `links are read in both forms`() {
        let fragment = "#token=a-_b&fingerprint=\(fingerprint)&user=%C3%A9lise"
        let native = InviteLink("securechat://chat.example:9000/\(fragment)")
        #expect(native?.endpoint == Endpoint(host: "chat.example", port: 9_000))
        #expect(native?.token == "a-_b")
        #expect(native?.fingerprint == fingerprint)
        #expect(native?.user == "élise")
        #expect(
            InviteLink("securechat://[::1]:9000/\(fragment)")?.endpoint
                == Endpoint(host: "::1", port: 9_000))
        #expect(
            InviteLink("securechat://[::1]/\(fragment)")?.endpoint == Endpoint(host: "::1", port: 8_443)
        )
        #expect(
            InviteLink("https://chat.example/join?x\(fragment)")?.endpoint
                == Endpoint(host: "chat.example", port: 443))
        #expect(InviteLink("https://chat.example:8443/\(fragment)")?.endpoint.port == 8_443)
        #expect(InviteLink("securechat://h/#token=t&fingerprint=\(fingerprint)")?.user == nil)
    }

    @Test(arguments: [
        "http://h/#token=t&fingerprint=F", "securechat://h/", "securechat://h/#token=t",
        "securechat://h/#fingerprint=F",
        "securechat://h/#token=&fingerprint=F", "securechat://h/#token=t&fingerprint=sha256:00",
        "securechat://h/#token=%zz&fingerprint=F", "securechat:///#token=t&fingerprint=F",
    ])
    func `what is no link is refused`(text: String) {
        #expect(InviteLink(text.replacing("=F", with: "=\(fingerprint)")) == nil)
    }
}
