import Chat
import Native
import Security
import Testing
import Wire

@testable import Server

@Suite struct ServerIdentityTests {
    /// Made once: an RSA key takes its time.
    private static let key = IdentityKey.generate(bits: 2_048)
    private let server = ServerID(high: 1, low: 2)
    private let start = Timestamp(milliseconds: 1_800_000_000_000)
    private let lifetime = Duration.seconds(86_400)

    private func identity() -> ServerIdentity {
        ServerIdentity(record: IdentityRecord(key: Self.key), server: server, lifetime: lifetime, now: start)
    }

    // MARK: the life of a credential

    @Test func oneCredentialServesManyHellos() {
        let identity = identity()
        let first = identity.credential(at: start)
        #expect(identity.credential(at: start.advanced(by: .seconds(43_199))).bytes == first.bytes)
        #expect(first.credential.server == server)
        #expect(first.credential.notAfter == start.advanced(by: lifetime))
    }

    @Test func itIsRenewedWhenHalfOfItsLifeIsOver() {
        let identity = identity()
        let first = identity.credential(at: start)
        let later = start.advanced(by: .seconds(43_200))
        let second = identity.credential(at: later)
        #expect(second.credential.id != first.credential.id)
        #expect(second.credential.publicKey != first.credential.publicKey)
        #expect(second.credential.notBefore == later)
        #expect(identity.credential(at: later).bytes == second.bytes)
    }

    @Test(
        "A clock that steps, or a long sleep, never leaves a credential out of its time",
        arguments: [-1, 90_000, -90_000])
    func steps(seconds: Int) {
        let now = start.advanced(by: .seconds(seconds))
        let credential = identity().credential(at: now).credential
        #expect(credential.notBefore <= now && now < credential.notAfter)
    }

    @Test func manyThreadsGetOneNewCredential() async {
        let identity = identity()
        let first = identity.credential(at: start).credential.id
        let later = start.advanced(by: .seconds(50_000))
        let seen = await withTaskGroup(of: CredentialID.self) { group in
            for _ in 0..<64 { group.addTask { identity.credential(at: later).credential.id } }
            return await group.reduce(into: Set<CredentialID>()) { $0.insert($1) }
        }
        #expect(seen.subtracting([first]).count == 1)
    }

    // MARK: what a client makes of it

    private let offer = ClientOffer(
        capabilities: [], nonce: [UInt8](repeating: 7, count: 32), agent: "test", channelBinding: .tlsExporter
    )
    private let binding = [UInt8](repeating: 9, count: 32)

    private func hello(of identity: ServerIdentity, channelBinding: [UInt8]) -> ServerHello {
        let answer = ServerOffer(
            version: 1, server: server, incarnation: Incarnation(high: 3, low: 4), time: start,
            nonce: [UInt8](repeating: 8, count: 32), limits: StatedLimits(.standard), serverName: "test",
            agent: "test")
        return identity.hello(
            answering: offer.encoded(), with: answer, channelBinding: channelBinding, now: start
        ).hello
    }

    private func verify(_ hello: ServerHello, expected: Digest?) throws(HelloError) -> VerifiedServer {
        try HelloVerifier(offer: offer, offerBytes: offer.encoded(), channelBinding: binding)
            .verify(hello, expected: expected, now: start, cryptography: Cryptography())
    }

    @Test func aClientBelievesTheServerItPinned() throws {
        let identity = identity()
        let verified = try verify(
            hello(of: identity, channelBinding: binding), expected: identity.fingerprint.digest)
        #expect(verified.offer.server == server)
        #expect(verified.fingerprint == identity.fingerprint.digest)
    }

    @Test func itBelievesNoOtherKeyAndNoOtherConnection() {
        let identity = identity()
        #expect(throws: HelloError.unexpectedIdentity(fingerprint: identity.fingerprint.digest)) {
            try verify(hello(of: identity, channelBinding: binding), expected: .zero)
        }
        #expect(throws: HelloError.wrongTranscriptSignature) {
            try verify(hello(of: identity, channelBinding: [UInt8](repeating: 1, count: 32)), expected: nil)
        }
        let other = ServerIdentity(
            record: IdentityRecord(key: .generate(bits: 2_048)), server: server, lifetime: lifetime,
            now: start)
        let (ours, theirs) = (
            hello(of: identity, channelBinding: binding), hello(of: other, channelBinding: binding)
        )
        let mixed = ServerHello(
            offer: theirs.offer, credential: theirs.credential,
            credentialSignature: theirs.credentialSignature,
            transcriptSignature: theirs.transcriptSignature, identityKey: ours.identityKey)
        #expect(throws: HelloError.wrongCredentialSignature) {
            try verify(mixed, expected: identity.fingerprint.digest)
        }
    }

    private struct Cryptography: HelloCryptography {
        func sha256(_ bytes: [UInt8]) -> Digest { NativeHashing().sha256(bytes) }

        func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool {
            IdentityProof.isIdentitySignature(signature, of: bytes, by: identityKey)
        }

        func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool {
            IdentityProof.isCredentialSignature(signature, of: bytes, by: publicKey)
        }
    }
}
