import Native
import Testing

@Suite struct OpenSSLCertificateTests {
    @Test(arguments: [OpenSSLSamples.serverName, "localhost", "127.0.0.1", "::1", "192.0.2.7"])
    func theChainVerifiesForEachNameOfTheLeaf(name: String) throws {
        let pair = try TLSPair(
            OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext(), serverName: name)
        #expect(pair.isEstablished && pair.client.serverVerified)
    }

    @Test(arguments: ["other.example.org", "chat.example.org.evil.test", "192.0.2.8", "::2"])
    func anotherNameFailsAndTheServerHearsWhy(name: String) throws {
        let pair = try TLSPair(
            OpenSSLSamples.clientContext(), OpenSSLSamples.serverContext(), serverName: name)
        #expect(OpenSSLSessionTests.code(of: pair.clientProgress) == .peerUntrusted)
        #expect(OpenSSLSessionTests.code(of: pair.serverProgress) == .alertReceived)
        #expect(!pair.client.serverVerified)
    }

    @Test func anotherAuthorityIsNotTrusted() throws {
        let other = try CertificateAuthority.create(
            name: "Other", permittedNames: [OpenSSLSamples.serverName])
        for trust in [TLSContext.Trust.file(other.certificate), .system] {
            let pair = try TLSPair(.client(trust: trust, protocols: []), OpenSSLSamples.serverContext())
            #expect(OpenSSLSessionTests.code(of: pair.clientProgress) == .peerUntrusted)
        }
    }

    @Test func theLeafItselfMayBeTrusted() throws {
        let context = try TLSContext.client(
            trust: .file(OpenSSLSamples.leaf.certificateChain), protocols: ["securechat/1"])
        #expect(try TLSPair(context, OpenSSLSamples.serverContext()).client.serverVerified)
    }

    @Test func anRSALeafWorksToo() throws {
        let leaf = try OpenSSLSamples.authority.issueLeaf(
            serverName: OpenSSLSamples.serverName, days: 1, key: .rsa(bits: 2_048))
        let server = try TLSContext.server(
            certificateChain: leaf.certificateChain, privateKey: leaf.privateKey, protocols: [],
            tickets: TLSTicketKeys())
        #expect(try TLSPair(OpenSSLSamples.clientContext(), server).client.serverVerified)
    }

    @Test(arguments: ["evil.test", "example.org", "notchat.example.org", "10.0.0.1", "192.0.2.8", "::2"])
    func theAuthorityMayNotCertifyOtherNames(name: String) {
        let error = #expect(throws: CryptographyError.self) {
            try OpenSSLSamples.authority.issueLeaf(serverName: name, days: 1)
        }
        #expect(error?.code == .nameRefused)
    }

    @Test func theAuthorityMayCertifySubdomainsAndAllLoopback() throws {
        _ = try OpenSSLSamples.authority.issueLeaf(
            serverName: "eu." + OpenSSLSamples.serverName, alsoFor: ["127.1.2.3", "localhost"], days: 1)
    }

    @Test(
        arguments: [
            "", ".", "a..b", "-a.org", "a-.org", "a_b.org", "*.example.org", "a,DNS:b", "a\nb", "1.2.3",
            "1.2.3.256",
            "é.org", "a b", String(repeating: "a", count: 64) + ".org",
        ])
    func whatIsNoNameIsRefused(text: String) {
        #expect(throws: CryptographyError.self) { try CertificateName(text) }
    }

    @Test func theAuthorityReadsBackFromItsFiles() throws {
        let authority = OpenSSLSamples.authority
        let again = try CertificateAuthority(
            certificate: authority.certificate, privateKey: authority.privateKey)
        let leaf = try again.issueLeaf(serverName: OpenSSLSamples.serverName, days: 1)
        let server = try TLSContext.server(
            certificateChain: leaf.certificateChain, privateKey: leaf.privateKey, protocols: [],
            tickets: TLSTicketKeys())
        #expect(try TLSPair(OpenSSLSamples.clientContext(), server).client.serverVerified)
        #expect(throws: CryptographyError.self) {
            try CertificateAuthority(
                certificate: authority.certificate, privateKey: OpenSSLSamples.leaf.privateKey)
        }
    }

    @Test func aLeafStatesItsValidityAndFingerprint() throws {
        let first = try Certificate(pem: OpenSSLSamples.leaf.certificateChain)
        let month: Int64 = 30 * 86_400
        #expect((month...month + 7_200).contains(first.expiry - first.begin))
        let second = try Certificate(pem: OpenSSLSamples.authority.certificate)
        let fingerprints = (first.fingerprint.span.array, second.fingerprint.span.array)
        #expect(fingerprints.0.count == 32 && fingerprints.0 != fingerprints.1)
        #expect(throws: CryptographyError.self) { try Certificate(pem: Array("no certificate".utf8)) }
    }

    @Test func aKeyOfAnotherCertificateIsRefused() throws {
        let error = #expect(throws: TLSError.self) {
            try TLSContext.server(
                certificateChain: OpenSSLSamples.leaf.certificateChain,
                privateKey: OpenSSLSamples.authority.privateKey, protocols: [], tickets: TLSTicketKeys())
        }
        #expect(error?.code == .keyUnusable)
        #expect(throws: TLSError.self) { try TLSContext.client(trust: .file([1, 2, 3]), protocols: []) }
        #expect(throws: TLSError.self) { try OpenSSLSamples.clientContext(protocols: [""]) }
    }

    @Test func aServerNameThatIsNoneIsRefused() throws {
        let context = try OpenSSLSamples.clientContext()
        for name in ["", "a\0b", String(repeating: "a", count: 300)] {
            #expect(throws: TLSError.self) {
                try TLSSession(context: context, role: .client(serverName: name), memory: TLSMemory())
            }
        }
    }
}
