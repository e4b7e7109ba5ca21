import Chat
import Testing
import Wire

/// Keys whose signature is the key and what it signs: enough to see what is checked, against what, in which
/// order.
private struct ToyCryptography: HelloCryptography {
    func sha256(_ bytes: [UInt8]) -> Digest { Samples.digest(bytes.first ?? 0) }

    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool {
        signature == identityKey + bytes
    }

    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool {
        signature == publicKey + bytes
    }
}

@Suite struct HelloVerifierTests {
    private static let binding = Array(repeating: UInt8(7), count: 32)
    private static let now = Timestamp(milliseconds: 1_000_000_000)
    private static let key: [UInt8] = [42]
    private static let point = Array(repeating: UInt8(4), count: 65)

    /// A server as it should be, with what the tests spoil.
    private struct Server {
        var version: UInt32 = 1
        var capabilities: [String] = ["x"]
        var purpose = Credential.purpose
        var credentialServer = ServerID(high: 1, low: 1)
        var notBefore = HelloVerifierTests.now
        var notAfter = HelloVerifierTests.now
        var binding = HelloVerifierTests.binding
        var clientOffer = Samples.offer.encoded()

        func hello() -> ServerHello {
            let offer = ServerOffer(
                version: version, capabilities: capabilities, server: ServerID(high: 1, low: 1),
                incarnation: Samples.incarnation, time: HelloVerifierTests.now,
                nonce: Array(repeating: 9, count: 32),
                limits: StatedLimits(.standard), serverName: "ship", agent: "tests/1"
            ).encoded()
            let credential = Credential(
                id: CredentialID(high: 3, low: 3), server: credentialServer, purpose: purpose,
                notBefore: notBefore,
                notAfter: notAfter, publicKey: point
            ).encoded()
            let transcript = Transcript.signed(
                channelBinding: binding, clientOffer: clientOffer, serverOffer: offer,
                identityKey: key, credential: credential)
            return ServerHello(
                offer: offer, credential: credential,
                credentialSignature: key + Transcript.signed(credential: credential),
                transcriptSignature: point + transcript, identityKey: key)
        }
    }

    private static func verify(
        _ server: Server, expected: Digest? = nil, spoil: (ServerHello) -> ServerHello = { $0 }
    ) throws(HelloError) -> VerifiedServer {
        let verifier = HelloVerifier(
            offer: Samples.offer, offerBytes: Samples.offer.encoded(), channelBinding: binding)
        return try verifier.verify(
            spoil(server.hello()), expected: expected, now: now, cryptography: ToyCryptography())
    }

    @Test func aServerThatProvesItselfIsBelieved() throws {
        let verified = try Self.verify(Server(), expected: Samples.digest(42))
        #expect(verified.fingerprint == Samples.digest(42))
        #expect(verified.offer.serverName == "ship" && verified.offer.incarnation == Samples.incarnation)
        #expect(verified.offer.limits == StatedLimits(.standard))
    }

    @Test func anotherIdentityThanThePinnedIsRefused() {
        #expect(throws: HelloError.unexpectedIdentity(fingerprint: Samples.digest(42))) {
            try Self.verify(Server(), expected: Samples.digest(1))
        }
    }

    @Test func whatWasNotOfferedIsRefused() {
        #expect(throws: HelloError.notOffered) { try Self.verify(Server(version: 2)) }
        #expect(throws: HelloError.notOffered) { try Self.verify(Server(capabilities: ["y"])) }
    }

    @Test func aCredentialForAnythingElseIsRefused() {
        #expect(throws: HelloError.wrongCredential) { try Self.verify(Server(purpose: "tickets")) }
        #expect(throws: HelloError.wrongCredential) {
            try Self.verify(Server(credentialServer: ServerID(high: 2, low: 2)))
        }
    }

    @Test func aCredentialOutsideItsTimeIsRefused() throws {
        let now = Self.now
        #expect(throws: HelloError.self) {
            try Self.verify(Server(notBefore: now.advanced(by: .seconds(601))))
        }
        #expect(throws: HelloError.self) {
            try Self.verify(Server(notAfter: now.advanced(by: .seconds(-601))))
        }
        _ = try Self.verify(Server(notBefore: now.advanced(by: .seconds(600))))
        _ = try Self.verify(Server(notAfter: now.advanced(by: .seconds(-600))))
    }

    @Test func aCredentialThatNoClockCanReckonWithIsMalformed() {
        let last = Timestamp(milliseconds: .max)
        #expect(throws: HelloError.malformed) { try Self.verify(Server(notAfter: last)) }
    }

    @Test func anotherConnectionOrAnotherOfferIsNotWhatWasSigned() {
        #expect(throws: HelloError.wrongTranscriptSignature) { try Self.verify(Server(binding: [])) }
        #expect(throws: HelloError.wrongTranscriptSignature) { try Self.verify(Server(clientOffer: [1])) }
    }

    @Test func eachPartOfTheHelloIsCovered() {
        #expect(throws: HelloError.malformed) { try Self.verify(Server()) { Self.with($0, offer: []) } }
        #expect(throws: HelloError.malformed) {
            try Self.verify(Server()) { Self.with($0, credential: [255]) }
        }
        #expect(throws: HelloError.wrongCredentialSignature) {
            try Self.verify(Server()) { Self.with($0, identityKey: [43]) }
        }
        var another = Server()
        another.capabilities = []
        let offer = another.hello().offer
        #expect(throws: HelloError.wrongTranscriptSignature) {
            try Self.verify(Server()) { Self.with($0, offer: offer) }
        }
    }

    private static func with(
        _ hello: ServerHello, offer: [UInt8]? = nil, credential: [UInt8]? = nil, identityKey: [UInt8]? = nil
    ) -> ServerHello {
        ServerHello(
            offer: offer ?? hello.offer, credential: credential ?? hello.credential,
            credentialSignature: hello.credentialSignature, transcriptSignature: hello.transcriptSignature,
            identityKey: identityKey ?? hello.identityKey)
    }

    @Test func theTranscriptIsTheseBytes() {
        let bytes = Transcript.signed(
            channelBinding: [], clientOffer: [1], serverOffer: [2, 2], identityKey: [7, 7], credential: [3])
        let expected: [UInt8] =
            [0, 0, 0, 18] + Array("securechat/1 hello".utf8) + [0, 0, 0, 0] + [0, 0, 0, 1, 1] + [
                0, 0, 0, 2, 2, 2,
            ]
            + [0, 0, 0, 2, 7, 7] + [0, 0, 0, 1, 3]
        #expect(bytes == expected)
        let credential = Transcript.signed(credential: [9])
        #expect(credential == [0, 0, 0, 23] + Array("securechat/1 credential".utf8) + [0, 0, 0, 1, 9])
    }

    @Test func offersAndCredentialsReadBack() {
        #expect(ClientOffer(encoded: Samples.offer.encoded()) == Samples.offer)
        for bytes in [[], [0xff], [0x08, 1, 0x10, 1]] as [[UInt8]] {
            #expect(ClientOffer(encoded: bytes) == nil)
        }
    }
}
