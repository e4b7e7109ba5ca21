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
        policy.pinsPath = "/tmp/ada/known_servers"
        policy.acceptsNew = true
        #expect(policy.verdict(on: one, isVerified: false) == .trusted)
        guard case .refused(let reason) = policy.verdict(on: other, isVerified: true) else {
            return #expect(Bool(false))
        }
        #expect(reason.contains(one.description) && reason.contains(other.description))
        #expect(reason.contains("--fingerprint") && reason.contains("/tmp/ada/known_servers"))
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

    @Test func `devices are kept in a file that only its owner reads, by place and person`() throws {
        let folder = "/tmp/known-devices-\(UInt64.random(in: 0 ... .max))"
        let path = "\(folder)/deep/known_devices"
        var known = try KnownDevices(path: path)
        let (here, there) = (Endpoint(host: "a", port: 1), Endpoint(host: "b", port: 1))
        #expect(known.device(of: "anna", at: here) == nil)
        try known.keep("scd_1", of: "anna", at: here)
        try known.keep("scd_2", of: "мария b", at: here)
        try known.keep("scd_3", of: "anna", at: there)
        try known.keep("scd_4", of: "Anna", at: here)
        try known.keep("scd_5\nb:1 anna scd_6", of: "anna", at: here)
        known = try KnownDevices(path: path)
        #expect(known.device(of: "ANNA", at: here) == "scd_4")
        #expect(known.device(of: "мария b", at: here) == "scd_2")
        #expect(known.device(of: "anna", at: there) == "scd_3")
        #expect(try Files.status(of: path)?.mode == 0o600)
        try Files.remove(path)
        try Files.removeDirectory("\(folder)/deep")
        try Files.removeDirectory(folder)
    }

    @Test func `pins are kept in a file that only its owner reads, with what stood there before`() throws {
        let folder = "/tmp/known-servers-\(UInt64.random(in: 0 ... .max))"
        let path = "\(folder)/deep/known_servers"
        var known = try KnownServers(path: path)
        let here = Endpoint(host: "a", port: 1)
        #expect(known.fingerprint(of: here) == nil)
        try known.pin(one, for: here)
        try Files.writeAtomically(
            path, Array("# mine\na:1 \(one)\nb:2 \(one) later fields\n\n".utf8), mode: 0o600)
        known = try KnownServers(path: path)
        #expect(known.fingerprint(of: here) == one)
        #expect(known.fingerprint(of: Endpoint(host: "b", port: 2)) == one)
        try known.pin(other, for: here)
        known = try KnownServers(path: path)
        #expect(known.fingerprint(of: here) == other)
        let text = String(decoding: try Files.read(path, limit: 4_096), as: UTF8.self)
        #expect(text == "# mine\nb:2 \(one) later fields\n\na:1 \(other)\n")
        #expect(try Files.status(of: path)?.mode == 0o600)
        try Files.remove(path)
        try Files.removeDirectory("\(folder)/deep")
        try Files.removeDirectory(folder)
    }

    @Test(arguments: [
        "nonsense", "a:1", "a:1 sha256:12", "a:1  sha256:zz", "sha256:00 a:1", "a:99999 PIN", "\u{0}\u{0}",
        "a:1 PIN\na:1 OTHER",
    ])
    func `a line that is no pin is refused, with its place`(line: String) throws {
        let path = "/tmp/known-servers-\(UInt64.random(in: 0 ... .max))"
        defer { _ = try? Files.remove(path) }
        let text = line.replacing("PIN", with: one.description).replacing("OTHER", with: other.description)
        let bad = text.split(separator: "\n").count + 2
        try Files.writeAtomically(path, Array("# mine\n\n\(text)\nb:2 \(one)\n".utf8), mode: 0o600)
        let error = try #require(throws: KnownServersError.self) { try KnownServers(path: path) }
        #expect(error.line == bad)
        #expect(error.description.contains("\(path), line \(bad): "))
    }

    @Test func `a file of pins that is no text is refused`() throws {
        let path = "/tmp/known-servers-\(UInt64.random(in: 0 ... .max))"
        defer { _ = try? Files.remove(path) }
        try Files.writeAtomically(path, Array("a:1 \(one)\n".utf8) + [0xff, 0x0a], mode: 0o600)
        #expect(throws: KnownServersError.self) { try KnownServers(path: path) }
    }
}
