import Native
import Reactor
import Testing

/// Real loops, the real kernel, real TLS, over loopback.
@Suite struct LoopbackTests {
    @Test(arguments: [true, false])
    func thousandsOfMessagesComeBackOverTwoLoops(isSecured: Bool) throws {
        let server = try EchoServer(
            loops: 2, security: isSecured ? try TestCertificate.server() : .plain, name: "echo-\(isSecured)")
        let plan = EchoClients.Plan(
            server: server.address, security: isSecured ? try TestCertificate.client() : .plain, clients: 40,
            messages: 200)
        let outcome = try EchoClients.run(plan)
        server.running.drain(within: .seconds(10))
        #expect(outcome.messages == 8_000 && outcome.mismatches == 0)
        #expect(outcome.reasons == Array(repeating: .byApplication, count: 40))
        let accepted = server.running.loops.map { $0.statistics[.accepted] }
        #expect(accepted.reduce(0, +) == 40 && accepted.allSatisfy { $0 > 0 })
        #expect(server.ledger.counts == ConnectionLedger.Counts())
        #expect(server.running.loops.allSatisfy { $0.statistics[.channels] == 0 })
    }

    @Test func bothEndsKnowTheSameKeyWhileTheyAreReceiving() throws {
        let server = try EchoServer(loops: 1, security: try TestCertificate.server(), name: "keyed")
        let plan = EchoClients.Plan(
            server: server.address, security: try TestCertificate.client(), clients: 1,
            opening: [EchoApplication.askForKey])
        let outcome = try EchoClients.run(plan)
        server.running.stop()
        #expect(outcome.key?.count == 32 && outcome.received == outcome.key)
        #expect(outcome.reasons == [.byPeer])
    }

    @Test func whenDescriptorsRunOutCallersWaitAndAreServedLater() throws {
        let server = try EchoServer(loops: 1, security: .plain, name: "starved")
        let outcome = try FaultPlan.force(
            .tooManyFiles, on: "accept4", times: 2, victim: .threads(named: "starved-0")
        ) {
            try EchoClients.run(
                EchoClients.Plan(server: server.address, security: .plain, clients: 5, messages: 20))
        }
        server.running.stop()
        #expect(outcome.messages == 100 && outcome.mismatches == 0)
        #expect(server.running.loops[0].statistics[.acceptBackOffs] == 2)
    }

    @Test func plainWordsToASecuredPortAreAnsweredWithAnAlert() throws {
        let server = try EchoServer(loops: 1, security: try TestCertificate.server(), name: "secured")
        let plan = EchoClients.Plan(
            server: server.address, security: .plain, clients: 3,
            opening: Array("GET / HTTP/1.1\r\n\r\n".utf8))
        let outcome = try EchoClients.run(plan)
        server.running.stop()
        #expect(outcome.reasons == [.byPeer, .byPeer, .byPeer])
        #expect(outcome.received.count == 21 && outcome.received.starts(with: [21, 3]))
        #expect(server.running.loops[0].statistics[.handshakesFailed] == 3)
    }

    @Test func whoNeverFinishesTheHandshakeIsDropped() throws {
        var limits = LoopLimits()
        limits.handshakeDeadline = .milliseconds(50)
        let server = try EchoServer(
            loops: 1, security: try TestCertificate.server(), limits: limits, name: "patient")
        let plan = EchoClients.Plan(server: server.address, security: .plain, clients: 10, opening: [])
        let outcome = try EchoClients.run(plan)
        server.running.stop()
        #expect(outcome.reasons.count == 10 && outcome.received.isEmpty)
        #expect(server.running.loops[0].statistics[.handshakesFailed] == 10)
    }

    @Test func aReaderThatNeverReadsIsDroppedAndTheOthersAreServed() throws {
        var limits = LoopLimits()
        limits.slowReaderDeadline = .milliseconds(100)
        let server = try EchoServer(
            loops: 1, security: try TestCertificate.server(), limits: limits, name: "flooding")
        let deaf = EchoClients.Plan(
            server: server.address, security: try TestCertificate.client(), clients: 2,
            opening: [EchoApplication.flood],
            readsNothing: true)
        let others = EchoClients.Plan(
            server: server.address, security: try TestCertificate.client(), clients: 5, messages: 50)
        let floods = try Thread.start(name: "deaf") { _ = try? EchoClients.run(deaf) }
        let outcome = try EchoClients.run(others)
        floods.join()
        server.running.stop()
        #expect(outcome.messages == 250 && outcome.mismatches == 0)
        #expect(server.running.loops[0].statistics[.slowReaders] == 2)
    }

    @Test func aSlowReaderThatReadsAfterAllGetsAllThatWaitedAndTheReason() throws {
        var limits = LoopLimits()
        limits.slowReaderDeadline = .milliseconds(100)
        limits.farewellDeadline = .seconds(60)
        let server = try EchoServer(
            loops: 1, security: try TestCertificate.server(), limits: limits, name: "patient with one")
        let late = EchoClients.Plan(
            server: server.address, security: try TestCertificate.client(), clients: 1,
            opening: [EchoApplication.flood],
            readsNothing: true, readsAfter: .seconds(1))
        let outcome = try EchoClients.run(late)
        server.running.stop()
        #expect(server.running.loops[0].statistics[.slowReaders] == 1)
        #expect(outcome.reasons == [.byPeer])
        #expect(outcome.received.last == EchoApplication.tooSlow)
    }

    @Test func aServerThatIsNotTrustedIsRefused() throws {
        let server = try EchoServer(loops: 1, security: try TestCertificate.server(), name: "untrusted")
        let context = try TLSContext.client(trust: .system, protocols: ["echo/1"])
        let outcome = try EchoClients.run(
            EchoClients.Plan(
                server: server.address, security: .client(context, serverName: "localhost"), clients: 1,
                messages: 1))
        server.running.stop()
        guard case .handshakeFailed(let error) = outcome.reasons.first else {
            Issue.record("expected a failed handshake, got \(outcome.reasons)")
            return
        }
        #expect(error.code == .peerUntrusted)
    }

    @Test func nobodyThereIsReported() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let address = listener.address
        try listener.close()
        let outcome = try EchoClients.run(
            EchoClients.Plan(server: address, security: .plain, clients: 1, messages: 1))
        guard case .failed(let error) = outcome.reasons.first else {
            Issue.record("expected a failed connection, got \(outcome.reasons)")
            return
        }
        #expect(error.reason == .unreachable)
    }
}
