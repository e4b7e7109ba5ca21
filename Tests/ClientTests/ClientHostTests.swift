import Chat
import Client
import Native
import Security
import Testing
import Wire

/// The driver over the real loop, TLS and signatures.
@Suite("The client on its loop")
struct ClientHostTests {
    private func configuration(_ change: (inout ClientConfiguration) -> Void = { _ in })
        -> ClientConfiguration
    {
        var configuration = ClientConfiguration(
            agent: "test", logins: [.password(user: "ada", password: "secret")])
        configuration.backoff = Backoff(least: .milliseconds(1), most: .milliseconds(20))
        change(&configuration)
        return configuration
    }

    /// Reads until the client has ended; `react` hears everything else.
    private func follow(_ host: ClientHost, _ react: (ClientNews) -> Void) -> ClientFailure?? {
        var news: [ClientNews] = []
        var ending: ClientFailure??
        let deadline = MonotonicClock.now() + .seconds(60)
        // A read may come back empty: news that woke it may have been taken by the read before.
        while ending == nil, host.read(into: &news, timeout: .seconds(60)) {
            if MonotonicClock.now() > deadline { host.leave() }
            for entry in news {
                if case .told(.ended(let failure)) = entry { ending = .some(failure) } else { react(entry) }
            }
            news.removeAll(keepingCapacity: true)
        }
        host.join()
        return ending
    }

    @Test func `every send is acknowledged once and read once, however often the connection is cut`() throws {
        let server = try LoopbackServer(cutEvery: 37)
        let count = 500
        let sender = try ClientHost(plan: try server.plan(), configuration: configuration())
        var acknowledged: [SendID: UInt64] = [:]
        var offline = 0
        sender.open(.name("hall"), from: .recent(0), follows: false)
        let sent = follow(sender) { news in
            switch news {
            case .mustJudge(let whom, let isVerified):
                #expect(!isVerified)
                #expect(whom.fingerprint == Fingerprint(publicKey: LoopbackServer.identity.publicKey).digest)
                sender.trust()
            case .told(.opened(_, let room)):
                for number in 0..<count { sender.send(MessageBody(text: "message \(number)"), to: room.id) }
            case .told(.acknowledged(let receipt)):
                #expect(acknowledged.updateValue(receipt.sequence, forKey: receipt.send) == nil)
                if acknowledged.count == count { sender.leave() }
            case .told(.offline): offline += 1
            default: break
            }
        }
        #expect(sent == .some(nil))
        #expect(Set(acknowledged.values) == Set(1...UInt64(count)))
        #expect(offline >= count / 37)

        let reader = try ClientHost(plan: try server.plan(), configuration: configuration())
        reader.open(.name("hall"), from: .after(0))
        var bodies: [String] = []
        let read = follow(reader) { news in
            if case .mustJudge = news { reader.trust() }
            if case .told(.event(_, let event)) = news,
                case .message(let body)? = ContentCodec().decode(event.event.content)
            {
                bodies.append(String(decoding: body.bytes, as: UTF8.self))
                if bodies.count == count { reader.leave() }
            }
        }
        #expect(read == .some(nil))
        #expect(bodies == (0..<count).map { "message \($0)" })
        server.stop()
    }

    @Test func `what is sent at once does not cut its own connection`() throws {
        let server = try LoopbackServer(cutEvery: 1_000)
        let count = 100
        let sender = try ClientHost(plan: try server.plan(), configuration: configuration())
        let body = MessageBody(bytes: [UInt8](repeating: 65, count: 65_000))
        var left = count
        sender.open(.name("hall"), from: .recent(0), follows: false)
        let sent = follow(sender) { news in
            switch news {
            case .mustJudge: sender.trust()
            case .told(.opened(_, let room)): for _ in 0..<count { sender.send(body, to: room.id) }
            case .told(.acknowledged):
                left -= 1
                if left == 0 { sender.leave() }
            case .told(.offline(let reason, _)): Issue.record("the connection was lost: \(reason)")
            default: break
            }
        }
        #expect(sent == .some(nil))
        #expect(left == 0)
        server.stop()
    }

    @Test func `a reader who is cut off while others write misses nothing`() throws {
        let server = try LoopbackServer(cutEvery: 11)
        let reader = try ClientHost(plan: try server.plan(), configuration: configuration())
        let sender = try ClientHost(plan: try server.plan(), configuration: configuration())
        reader.open(.name("hall"), from: .after(0))
        sender.open(.name("hall"), from: .recent(0), follows: false)
        let writing = try Native.Thread.start(name: "writing") {
            var left = 200
            _ = follow(sender) { news in
                if case .mustJudge = news { sender.trust() }
                if case .told(.opened(_, let room)) = news {
                    for number in 0..<200 { sender.send(MessageBody(text: "\(number)"), to: room.id) }
                }
                if case .told(.acknowledged) = news { left -= 1 }
                if left == 0 { sender.leave() }
            }
        }
        var sequences: [UInt64] = []
        let read = follow(reader) { news in
            if case .mustJudge = news { reader.trust() }
            if case .told(.event(_, let event)) = news { sequences.append(event.event.sequence) }
            if case .told(.roomEnded(_, let end)) = news { Issue.record("the room ended: \(end)") }
            if sequences.count == 200 { reader.leave() }
        }
        writing.join()
        #expect(read == .some(nil))
        #expect(sequences == Array(1...200))
        server.stop()
    }

    @Test func `nobody there is said so, once patience has ended`() throws {
        let server = try LoopbackServer(cutEvery: 100)
        let plan = try server.plan()
        server.stop()
        let host = try ClientHost(
            plan: plan, configuration: configuration { $0.firstPatience = .milliseconds(50) })
        guard case .some(.some(.unreachable)) = follow(host, { _ in }) else { return #expect(Bool(false)) }
    }

    @Test func `a certificate that nobody given vouches for ends it at once, and not as unreachable`() throws
    {
        let server = try LoopbackServer(cutEvery: 100)
        let other = try CertificateAuthority.create(name: "Somebody else", permittedNames: ["localhost"])
        let plan = try ConnectionPlan(
            addresses: [server.address], host: "localhost", trust: .file(other.certificate))
        // Without an end to its patience it would go on for ever.
        let host = try ClientHost(plan: plan, configuration: configuration())
        var offline = 0
        let ending = follow(host) { if case .told(.offline) = $0 { offline += 1 } }
        guard case .some(.some(.distrusted(let reason))) = ending else { return #expect(Bool(false)) }
        #expect(reason.contains("certificate"))
        #expect(offline == 0)
        server.stop()
    }

    @Test func `a server that is not trusted hears no password`() throws {
        let server = try LoopbackServer(cutEvery: 100)
        let host = try ClientHost(plan: try server.plan(), configuration: configuration())
        let ending = follow(host) { if case .mustJudge = $0 { host.distrust("changed") } }
        #expect(ending == .some(.distrusted("changed")))
        server.stop()
    }
}
