import Native
import Testing

@Suite struct OpenSSLHostileInputTests {
    /// A TLS 1.2 ClientHello without supported_versions, as a client that knows no 1.3 sends it.
    private static let oldHello: [UInt8] = {
        let body: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [0] + [0, 4, 0xc0, 0x2b, 0xc0, 0x2f] + [1, 0]
            + [0, 20] + [0, 10, 0, 4, 0, 2, 0, 23] + [0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1]
        let message = [1, 0, 0, UInt8(body.count)] + body
        return [22, 3, 1, 0, UInt8(message.count)] + message
    }()

    private static let garbage: [[UInt8]] = [
        Array("GET / HTTP/1.1\r\nHost: chat.example.org\r\n\r\n".utf8),
        Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8),
        [UInt8](repeating: 0, count: 64),
        [UInt8](repeating: 255, count: 64),
        [22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff],
        [22, 3, 1, 0xff, 0xff] + [UInt8](repeating: 1, count: 64),
        [23, 3, 3, 0, 16] + [UInt8](repeating: 9, count: 16),
        [0x80, 0x2e, 1, 0, 2] + [UInt8](repeating: 3, count: 64),
    ]

    @Test(arguments: garbage) func whatIsNotTLSFailsWithAnErrorAndAnAlert(bytes: [UInt8]) throws {
        let memory = TLSMemory()
        let session = try TLSSession(context: OpenSSLSamples.serverContext(), role: .server, memory: memory)
        let progress = session.receive(bytes.span) { _ in Issue.record("garbage was delivered") }
        #expect(OpenSSLSessionTests.code(of: progress) != nil)
        let answer = TLSPair.take(memory)
        // A fatal alert record in the clear.
        #expect(answer.count == 7 && answer[0] == 21 && answer[5] == 2)
        // A dead session stays dead and says no more.
        let again = session.receive(Self.oldHello.span) { _ in }
        #expect(again == progress)
        #expect(session.handshake() == progress)
        session.close()
        #expect(memory.outputCount == 0)
    }

    @Test func aClientOfTLS12IsRefusedWithTheAlertForIt() throws {
        let memory = TLSMemory()
        let session = try TLSSession(context: OpenSSLSamples.serverContext(), role: .server, memory: memory)
        let progress = session.receive(Self.oldHello.span) { _ in }
        #expect(OpenSSLSessionTests.code(of: progress) == .noCommonVersion)
        // protocol_version (RFC 8446, 6.2)
        #expect(TLSPair.take(memory) == [21, 3, 3, 0, 2, 2, 70])
    }

    @Test func garbageInSmallPiecesFailsLikeGarbageAtOnce() throws {
        for bytes in Self.garbage {
            let memory = TLSMemory()
            let session = try TLSSession(
                context: OpenSSLSamples.serverContext(), role: .server, memory: memory)
            var progress = TLSProgress.ok
            for byte in bytes where progress == .ok { progress = session.receive([byte].span) { _ in } }
            #expect(progress != .ok)
            let answer = TLSPair.take(memory)
            #expect(answer.count == 7 && answer[0] == 21)
        }
    }

    @Test func aForgedRecordEndsTheSession() throws {
        let pair = try TLSPair(OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext())
        #expect(pair.client.send(Array("pay 10".utf8).span) == .ok)
        var record = TLSPair.take(pair.clientMemory)
        try #require(!record.isEmpty)
        record[record.count - 1] ^= 1
        let progress = pair.server.receive(record.span) { _ in Issue.record("forged bytes were delivered") }
        #expect(OpenSSLSessionTests.code(of: progress) == .protocolViolation)
        #expect(pair.serverMemory.outputCount > 0)
        #expect(!pair.server.isEstablished)
        #expect(pair.server.send(Array("more".utf8).span) == progress)
    }

    @Test func aSessionsFailureLeavesItsNeighboursAlone() throws {
        let clientContext = try OpenSSLSamples.clientContext()
        let serverContext = try OpenSSLSamples.serverContext()
        let pair = try TLSPair(clientContext, serverContext)
        let hostile = try TLSSession(context: serverContext, role: .server, memory: pair.serverMemory)
        let request = Self.garbage[0]
        let progress = hostile.receive(request.span) { _ in }
        #expect(OpenSSLSessionTests.code(of: progress) == .notTLS)
        pair.serverMemory.clearOutput()
        #expect(pair.client.send(Array("still here".utf8).span) == .ok)
        pair.shuttle()
        #expect(pair.serverReceived == Array("still here".utf8))
    }
}
