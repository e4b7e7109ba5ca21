import Chat
import Logging
import Native
import Reactor
import Security
import Synchronization
import Testing
import Wire

@testable import Server

/// The desk before the network: what it fetches, and for whom it waits.
@Suite struct ProviderDeskTests {
    /// Publishes one key of nobody's, counts what it is asked, and holds it until it is let go.
    private final class Publisher: HTTPSource {
        /// Lock tier 9: a leaf.
        private let asked = Mutex<[String: Int]>([:])
        let gate = Semaphore()
        let isHeld: @Sendable (String) -> Bool

        init(isHeld: @escaping @Sendable (String) -> Bool = { _ in false }) { self.isHeld = isHeld }

        func count(_ address: String) -> Int { asked.withLock { $0[address] ?? 0 } }

        func perform(_ request: HTTPRequest, limit: Int) throws(HTTPFault) -> HTTPResponse {
            asked.withLock { $0[request.address, default: 0] += 1 }
            if isHeld(request.address) { _ = gate.wait() }
            guard let end = request.address.firstRange(of: "/.well-known") else {
                return HTTPResponse(status: 200, body: Array(#"{"keys": [\#(Self.key)]}"#.utf8))
            }
            let issuer = request.address[..<end.lowerBound]
            return HTTPResponse(
                status: 200, body: Array(#"{"issuer": "\#(issuer)", "jwks_uri": "\#(issuer)/keys"}"#.utf8))
        }

        private static let key =
            #"{"kty": "OKP", "crv": "Ed25519", "kid": "one", "#
            + #""x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    }

    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private let pool: WorkPool
    private let lane: WorkLane

    init() throws {
        pool = try WorkPool(threads: 2, jobs: 1_000, hashingJobs: 1)
        lane = try WorkLane(name: "provider", threads: 2, capacity: 2)
    }

    private func desk(_ publisher: Publisher, limits: Limits = .standard) -> ProviderDesk {
        let settings = ["slow", "quick"].map { name in
            var settings = ProviderSettings(name: name)
            settings.issuer = "https://\(name).example"
            settings.client = "chat"
            return settings
        }
        let around = ProviderDesk.Surroundings(
            pool: pool, lane: lane, used: StateWriter(limits: limits), source: publisher,
            log: Logger(label: "tests"), now: { Self.noon }, moment: { .seconds(1) })
        return ProviderDesk(
            settings: settings, server: [UInt8](repeating: 1, count: 16), limits: limits, around: around)
    }

    private static func login(_ name: String, key: String) -> ProviderLogin {
        let header = Base64.url.encode(Array(#"{"alg": "EdDSA", "kid": "\#(key)"}"#.utf8))
        return ProviderLogin(name: name, token: .identity("\(header).e30.AAAA"))
    }

    private func code(_ desk: ProviderDesk, _ login: ProviderLogin) -> String {
        let judged = Handover<String>()
        let isTaken = desk.judge(login) { result in judged.give(Self.text(result)) }
        return isTaken ? judged.take() : "full"
    }

    private static func text(_ result: Result<ProviderDesk.Vouched, Refusal>) -> String {
        guard case .failure(let refusal) = result else { return "vouched" }
        return "\(refusal.code.name) \(refusal.detail)"
    }

    @Test func inventedKeysAreFetchedForOnce() {
        let publisher = Publisher()
        let desk = desk(publisher)
        for number in 0..<100 {
            let found = code(desk, Self.login("quick", key: "invented \(number)"))
            #expect(found == "wrong_credentials unknownKey")
        }
        #expect(publisher.count("https://quick.example/keys") == 1)
        #expect(code(desk, Self.login("quick", key: "one")) == "wrong_credentials nonce")
        #expect(code(desk, Self.login("nobody", key: "one")) == "unknown_provider ")
    }

    @Test func aSlowProviderKeepsOnlyItsOwnPeopleWaitingAndNotTooMany() {
        let publisher = Publisher { $0.hasPrefix("https://slow") }
        var limits = Limits.standard
        limits.providerJobs = 3
        let desk = desk(publisher, limits: limits)
        let answers = Mailbox<String>(limits: Mailbox.Limits(letters: 100, bytes: 0))
        for _ in 0..<5 {
            #expect(desk.judge(Self.login("slow", key: "x")) { _ = answers.post(Self.text($0)) })
        }
        #expect(code(desk, Self.login("quick", key: "x")) == "wrong_credentials unknownKey")
        var found: [String] = []
        while found.count < 2 {
            var letters: [String] = []
            guard answers.waitForLetters(into: &letters) else { break }
            found += letters
        }
        #expect(found == ["busy ", "busy "])
        for _ in 0..<2 { publisher.gate.signal() }
        while found.count < 5 {
            var letters: [String] = []
            guard answers.waitForLetters(into: &letters) else { break }
            found += letters
        }
        #expect(found.suffix(3).allSatisfy { $0 == "wrong_credentials unknownKey" })
        #expect(publisher.count("https://slow.example/keys") == 1)
    }

    @Test func eachChallengeIsAnother() {
        let desk = desk(Publisher())
        let offers = (0..<3).map { _ in desk.offer() }
        #expect(Set(offers.map(\.challenge)).count == 3)
        #expect(offers[0].providers.map(\.name) == ["slow", "quick"])
    }
}
