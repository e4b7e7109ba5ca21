import Native
import Testing

@Suite struct OpenSSLSessionTests {
    @Test(arguments: [1, 7, 1_400, Int.max]) func bothSidesTalkHoweverTheBytesAreCut(step: Int) throws {
        let pair = try TLSPair(OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext(), step: step)
        #expect(pair.isEstablished)
        #expect(pair.client.serverVerified)
        #expect(pair.client.negotiatedProtocol == "securechat/1")
        #expect(pair.server.requestedServerName == OpenSSLSamples.serverName)
        #expect(pair.client.send(Array("hello".utf8).span) == .ok)
        #expect(pair.server.send(Array("and you".utf8).span) == .ok)
        pair.shuttle()
        #expect(pair.serverReceived == Array("hello".utf8))
        #expect(pair.clientReceived == Array("and you".utf8))
    }

    @Test func aHugeWriteArrivesWhole() throws {
        let pair = try TLSPair(OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext())
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
        #expect(pair.server.send(bytes.span) == .ok)
        #expect(pair.serverMemory.outputCount > bytes.count)
        pair.shuttle()
        #expect(pair.clientReceived == bytes)
        #expect(pair.serverMemory.outputCount == 0)
    }

    @Test func theReceiverMayAnswerFromInsideTheDelivery() throws {
        let pair = try TLSPair(OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext())
        #expect(pair.client.send(Array("ping".utf8).span) == .ok)
        let question = TLSPair.take(pair.clientMemory)
        let progress = pair.server.receive(question.span) { _ in
            #expect(pair.server.send(Array("pong".utf8).span) == .ok)
        }
        #expect(progress == .ok)
        pair.shuttle()
        #expect(pair.clientReceived == Array("pong".utf8))
    }

    @Test func manySessionsShareOneMemory() throws {
        let clientContext = try OpenSSLSamples.clientContext()
        let serverContext = try OpenSSLSamples.serverContext()
        let memory = TLSMemory()
        var sessions: [(TLSSession, TLSSession)] = []
        for _ in 0..<20 {
            sessions.append(
                (
                    try TLSSession(
                        context: clientContext, role: .client(serverName: OpenSSLSamples.serverName),
                        memory: memory),
                    try TLSSession(context: serverContext, role: .server, memory: memory)
                ))
        }
        var flights = sessions.map { client, _ in
            _ = client.handshake()
            return TLSPair.take(memory)
        }
        for _ in 0..<3 {
            for (index, (client, server)) in sessions.enumerated() {
                let flight = flights[index]
                _ = server.receive(flight.span) { _ in }
                let answer = TLSPair.take(memory)
                _ = client.receive(answer.span) { _ in }
                flights[index] = TLSPair.take(memory)
            }
        }
        #expect(sessions.allSatisfy { $0.0.isEstablished && $0.1.isEstablished })
    }

    @Test func theServersOrderOfProtocolsDecides() throws {
        let pair = try TLSPair(
            OpenSSLSamples.clientContext(protocols: ["irc", "http/1.1", "securechat/1"]),
            OpenSSLSamples.serverContext())
        #expect(pair.server.negotiatedProtocol == "securechat/1")
        #expect(pair.client.negotiatedProtocol == "securechat/1")
    }

    @Test func noCommonProtocolIsAnAlert() throws {
        let pair = try TLSPair(
            OpenSSLSamples.clientContext(protocols: ["irc"]), OpenSSLSamples.serverContext())
        #expect(Self.code(of: pair.serverProgress) == .noCommonProtocol)
        #expect(Self.code(of: pair.clientProgress) == .alertReceived)
        #expect(!pair.isEstablished)
    }

    @Test func aClientWithoutProtocolsIsLetInWithoutOne() throws {
        let pair = try TLSPair(OpenSSLSamples.clientContext(protocols: []), OpenSSLSamples.serverContext())
        #expect(pair.isEstablished)
        #expect(pair.server.negotiatedProtocol == nil)
    }

    @Test func closingIsSeenByThePeerAfterAllData() throws {
        let pair = try TLSPair(OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext())
        #expect(pair.client.send(Array("last words".utf8).span) == .ok)
        pair.client.close()
        pair.client.close()
        pair.shuttle()
        #expect(pair.serverReceived == Array("last words".utf8))
        #expect(pair.serverProgress == .peerClosed)
    }

    @Test func theExporterIsEqualOnBothEndsAndDiffersBetweenSessions() throws {
        let clientContext = try OpenSSLSamples.clientContext()
        let serverContext = try OpenSSLSamples.serverContext()
        let first = try TLSPair(clientContext, serverContext)
        let second = try TLSPair(clientContext, serverContext)
        let binding = try #require(first.client.channelBinding())
        #expect(binding.count == 32)
        #expect(binding == first.server.channelBinding())
        #expect(binding != second.client.channelBinding())
        #expect(first.client.exportKey(label: "EXPORTER-other", count: 32) != binding)
        let fresh = try TLSSession(context: serverContext, role: .server, memory: TLSMemory())
        #expect(fresh.channelBinding() == nil)
    }

    static func code(of progress: TLSProgress) -> TLSError.Code? {
        if case .failed(let error) = progress { error.code } else { nil }
    }
}
