import Testing

@testable import Security

@Suite struct EndpointTests {
    @Test(
        "Addresses that people write",
        arguments: [
            ("https://chat.example.org", "chat.example.org:443"),
            ("https://chat.example.org:8443/", "chat.example.org:8443"),
            ("HTTPS://10.0.0.1:1", "10.0.0.1:1"), ("https://[2001:db8::1]:99", "[2001:db8::1]:99"),
            ("https://[::1]", "[::1]:443"),
            ("https://box", "box:443"),
        ])
    func reads(url: String, endpoint: String) {
        #expect(Endpoint(url: url)?.description == endpoint)
    }

    @Test(
        "And what is none",
        arguments: [
            "", "https://", "http://a.example", "a.example:1", "https://a.example/path",
            "https://a.example:0",
            "https://a.example:65536", "https://a.example:", "https://[::1", "https://[a.example]",
            "https://a b", "https://u@a",
            "https://-a.example",
            "https://a..b", "https://1.2.3", "https://ä.example", "https://a.example:１",
        ])
    func refuses(url: String) {
        #expect(Endpoint(url: url) == nil)
    }

    @Test func withoutASchemeThePortIsNeededUnlessOneIsAssumed() {
        #expect(Endpoint("a.example:1") == Endpoint(host: "a.example", port: 1))
        #expect(Endpoint("a.example") == nil)
        #expect(Endpoint("a.example", assumingPort: 8_443)?.port == 8_443)
        #expect(Endpoint("[::1]:2")?.host == "::1")
        #expect(Endpoint("::1", assumingPort: 1) == nil)
    }
}
