import Native
import Testing

@Suite struct OpenSSLResumptionTests {
    @Test func aTicketOutlivesAReloadedCertificateAndOneRotationButNotTwo() throws {
        let tickets = TLSTicketKeys()
        let clientContext = try OpenSSLSamples.clientContext()
        let first = try TLSPair(clientContext, OpenSSLSamples.serverContext(tickets: tickets))
        #expect(!first.client.isResumed)
        let resumption = try #require(first.client.resumption())

        let renewed = try OpenSSLSamples.authority.issueLeaf(serverName: OpenSSLSamples.serverName, days: 30)
        let reloaded = try TLSContext.server(
            certificateChain: renewed.certificateChain, privateKey: renewed.privateKey,
            protocols: ["securechat/1"],
            tickets: tickets)
        let second = try TLSPair(clientContext, reloaded, resumption: resumption)
        #expect(second.client.isResumed && second.server.isResumed && second.isEstablished)
        #expect(second.client.serverVerified)
        #expect(second.client.negotiatedProtocol == "securechat/1")

        tickets.rotate()
        let third = try TLSPair(clientContext, reloaded, resumption: resumption)
        #expect(third.client.isResumed && third.isEstablished)
        let fresh = try #require(third.client.resumption())

        tickets.rotate()
        let fourth = try TLSPair(clientContext, reloaded, resumption: resumption)
        #expect(!fourth.client.isResumed && fourth.isEstablished)
        // What was sealed after the first rotation is one generation younger.
        let fifth = try TLSPair(clientContext, reloaded, resumption: fresh)
        #expect(fifth.client.isResumed)
    }

    @Test func aTicketOfOtherKeysMeansAFullHandshake() throws {
        let clientContext = try OpenSSLSamples.clientContext()
        let first = try TLSPair(clientContext, OpenSSLSamples.serverContext())
        let second = try TLSPair(
            clientContext, OpenSSLSamples.serverContext(), resumption: first.client.resumption())
        #expect(second.isEstablished && !second.client.isResumed)
    }

    @Test func aSessionThatWasNeverVerifiedDoesNotResumeAsAVerifiedOne() throws {
        let serverContext = try OpenSSLSamples.serverContext()
        let trusting = try TLSContext.client(trust: .unverified, protocols: ["securechat/1"])
        let first = try TLSPair(trusting, serverContext)
        #expect(first.isEstablished && !first.client.serverVerified)
        let second = try TLSPair(
            OpenSSLSamples.clientContext(), serverContext, resumption: first.client.resumption())
        #expect(second.isEstablished && !second.client.isResumed && second.client.serverVerified)
        let third = try TLSPair(
            trusting, serverContext, serverName: "localhost", resumption: first.client.resumption())
        #expect(third.isEstablished && !third.client.isResumed)
    }
}
