import Chat
import Wire

/// The server's hello before a client that knows an older identity: whatever it is talked into, it ends up
/// with the key that it knows, with one that this key leads to, or with nothing.
enum HelloFuzzing {
    private static let known = KnownIdentity(fingerprint: Lenient().sha256([1]), number: 1)
    private static let now = Timestamp(milliseconds: 1_000_000_000)

    /// An encoded `ServerMessage`.
    static func run(_ bytes: [UInt8]) {
        if let change = IdentityChange(encoded: bytes) {
            precondition(
                IdentityChange(encoded: change.encoded()) == change, "a change reads back as another")
        }
        if let offer = ClientOffer(encoded: bytes) {
            precondition(ClientOffer(encoded: offer.encoded()) == offer, "an offer reads back as another")
        }
        guard let decoded = try? ServerMessageDecoder.decode(bytes), case .hello(let hello) = decoded.message
        else { return }
        let shares = [SealShare(group: .x25519, key: [1]), SealShare(group: .p256, key: [2])]
        for known in [nil, known, KnownIdentity(fingerprint: known.fingerprint)] {
            let offer = ClientOffer(
                nonce: [UInt8](repeating: 5, count: 32), agent: "fuzz", channelBinding: .none,
                keyShares: shares, knownIdentity: known?.fingerprint)
            let verifier = HelloVerifier(
                offer: offer, offerBytes: offer.encoded(), channelBinding: [], known: known)
            guard
                let server = try? verifier.verify(
                    hello, expected: nil, now: now, cryptography: Lenient())
            else { continue }
            precondition(hello.changes.count <= IdentityChain.mostChanges, "too deep a chain was followed")
            precondition(server.number >= known?.number ?? 0, "an older key was taken")
            precondition(server.successorOf == nil || server.successorOf == known?.fingerprint)
            if let known, server.successorOf != nil {
                precondition(server.number > known.number ?? 0 && !hello.changes.isEmpty)
                precondition(server.fingerprint != known.fingerprint, "a key that leads to itself")
            }
        }
    }

    /// Signatures that begin as their key does: a fuzzer finds them, and so gets behind each check.
    private struct Lenient: HelloCryptography {
        func sha256(_ bytes: [UInt8]) -> Digest {
            Digest(bytes: [UInt8](repeating: bytes.first ?? 0, count: 32)) ?? .zero
        }

        func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by key: [UInt8]) -> Bool {
            signature.first == key.first
        }

        func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by key: [UInt8]) -> Bool {
            signature.first == key.first
        }
    }
}
