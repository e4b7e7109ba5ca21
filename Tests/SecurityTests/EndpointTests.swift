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
        #expect(Endpoint("::1", assumingPort: 1)?.description == "[::1]:1")
        #expect(Endpoint("::1") == nil)
    }

    @Test(arguments: [
        ("chat.example:8443", "chat.example", 8_443, "chat.example:8443"),
        ("Chat.Example", "chat.example", 8_443, "chat.example:8443"),
        ("127.0.0.1:1", "127.0.0.1", 1, "127.0.0.1:1"), ("[::1]:65535", "::1", 65_535, "[::1]:65535"),
        ("::1", "::1", 8_443, "[::1]:8443"), ("[fe80::1]", "fe80::1", 8_443, "[fe80::1]:8443"),
    ])
    func `endpoints are read and written`(text: String, host: String, port: UInt16, written: String) {
        let endpoint = Endpoint(text, assumingPort: 8_443)
        #expect(endpoint == Endpoint(host: host, port: port))
        #expect(endpoint?.description == written)
        #expect(Endpoint(written) == endpoint)
    }

    @Test(arguments: [
        "", ":1", "host:", "host:0", "host:65536", "host:+1", "host:x", "[::1", "[::1]x", "a b:1", "a/b",
        "a#b",
    ])
    func `what is no endpoint is refused`(text: String) {
        #expect(Endpoint(text, assumingPort: 8_443) == nil)
    }
}
