import Client
import Native
import Security
import Testing

@Suite("Whom a client trusts")
struct TrustTests {
    private let one = Fingerprint(publicKey: [1])
    private let other = Fingerprint(publicKey: [2])

    @Test func `an expected identity is the only one, whatever TLS says`() {
        var policy = TrustPolicy()
        policy.expected = one
        policy.acceptsNew = true
        #expect(policy.verdict(on: one, isVerified: false) == .pinned)
        guard case .refused(let reason) = policy.verdict(on: other, isVerified: true) else {
            return #expect(Bool(false))
        }
        #expect(reason.contains(one.description) && reason.contains(other.description))
        policy.known = one
        #expect(policy.verdict(on: one, isVerified: false) == .trusted)
        policy.known = other
        #expect(policy.verdict(on: one, isVerified: false) == .pinned)
    }

    @Test func `a pinned identity that changed is refused, with both fingerprints`() {
        var policy = TrustPolicy()
        policy.known = one
        policy.acceptsNew = true
        #expect(policy.verdict(on: one, isVerified: false) == .trusted)
        guard case .refused(let reason) = policy.verdict(on: other, isVerified: true) else {
            return #expect(Bool(false))
        }
        #expect(reason.contains(one.description) && reason.contains(other.description))
    }

    @Test func `an unknown identity is trusted through its certificate, by wish, or by the person`() {
        var policy = TrustPolicy()
        #expect(policy.verdict(on: one, isVerified: true) == .trusted)
        #expect(policy.verdict(on: one, isVerified: false) == .mustAsk)
        policy.acceptsNew = true
        #expect(policy.verdict(on: one, isVerified: false) == .pinned)
        policy.requiresVerification = true
        guard case .refused = policy.verdict(on: one, isVerified: false) else { return #expect(Bool(false)) }
        #expect(policy.verdict(on: one, isVerified: true) == .trusted)
    }

    @Test(arguments: [
        ("chat.example:8443", "chat.example", 8_443, "chat.example:8443"),
        ("Chat.Example", "chat.example", 8_443, "chat.example:8443"),
        ("127.0.0.1:1", "127.0.0.1", 1, "127.0.0.1:1"), ("[::1]:65535", "::1", 65_535, "[::1]:65535"),
        ("::1", "::1", 8_443, "[::1]:8443"), ("[fe80::1]", "fe80::1", 8_443, "[fe80::1]:8443"),
    ])
    func `endpoints are read and written`(text: String, host: String, port: UInt16, written: String) {
        let endpoint = ServerEndpoint(text)
        #expect(endpoint == ServerEndpoint(host: host, port: port))
        #expect(endpoint?.description == written)
        #expect(ServerEndpoint(written) == endpoint)
    }

    @Test(arguments: [
        "", ":1", "host:", "host:0", "host:65536", "host:+1", "host:x", "[::1", "[::1]x", "a b:1", "a/b",
        "a#b",
    ])
    func `what is no endpoint is refused`(text: String) { #expect(ServerEndpoint(text) == nil) }

    @Test func `links are read in both forms`() {
        let fragment = "#token=a-_b&fingerprint=\(one)&user=%C3%A9lise"
        let native = ServerLink("securechat://chat.example:9000/\(fragment)")
        #expect(native?.endpoint == ServerEndpoint(host: "chat.example", port: 9_000))
        #expect(native?.token == "a-_b")
        #expect(native?.fingerprint == one)
        #expect(native?.user == "élise")
        #expect(
            ServerLink("securechat://[::1]:9000/\(fragment)")?.endpoint
                == ServerEndpoint(host: "::1", port: 9_000))
        #expect(
            ServerLink("securechat://[::1]/\(fragment)")?.endpoint == ServerEndpoint(host: "::1", port: 8_443)
        )
        #expect(
            ServerLink("https://chat.example/join?x\(fragment)")?.endpoint
                == ServerEndpoint(host: "chat.example", port: 443))
        #expect(ServerLink("https://chat.example:8443/\(fragment)")?.endpoint.port == 8_443)
        #expect(ServerLink("securechat://h/#token=t&fingerprint=\(one)")?.user == nil)
    }

    @Test(arguments: [
        "http://h/#token=t&fingerprint=F", "securechat://h/", "securechat://h/#token=t",
        "securechat://h/#fingerprint=F",
        "securechat://h/#token=&fingerprint=F", "securechat://h/#token=t&fingerprint=sha256:00",
        "securechat://h/#token=%zz&fingerprint=F", "securechat:///#token=t&fingerprint=F",
    ])
    func `what is no link is refused`(text: String) {
        #expect(ServerLink(text.replacing("=F", with: "=\(one)")) == nil)
    }

    @Test func `pins are kept in a file that only its owner reads, with what stood there before`() throws {
        let folder = "/tmp/known-servers-\(UInt64.random(in: 0 ... .max))"
        let path = "\(folder)/deep/known_servers"
        var known = try KnownServers(path: path)
        let here = ServerEndpoint(host: "a", port: 1)
        #expect(known.fingerprint(of: here) == nil)
        try known.pin(one, for: here)
        try Files.writeAtomically(
            path, Array("# mine\na:1 \(one)\nb:2 \(one) later fields\nnonsense".utf8), mode: 0o600)
        known = try KnownServers(path: path)
        #expect(known.fingerprint(of: here) == one)
        #expect(known.fingerprint(of: ServerEndpoint(host: "b", port: 2)) == one)
        try known.pin(other, for: here)
        known = try KnownServers(path: path)
        #expect(known.fingerprint(of: here) == other)
        let text = String(decoding: try Files.read(path, limit: 4_096), as: UTF8.self)
        #expect(text == "# mine\nb:2 \(one) later fields\nnonsense\na:1 \(other)\n")
        #expect(try Files.status(of: path)?.mode == 0o600)
        try Files.remove(path)
        try Files.removeDirectory("\(folder)/deep")
        try Files.removeDirectory(folder)
    }
}
