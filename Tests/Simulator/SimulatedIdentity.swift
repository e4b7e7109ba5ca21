import Chat
import Security
import Wire

/// The server's proof and the clients' check of it, by a keyed hash that both know: the simulator is about
/// the order of the hello, not its mathematics.
struct SimulatedIdentity: HelloCryptography {
    private static let identityKey: [UInt8] = [1, 2, 3]
    private static let credentialKey = [UInt8](repeating: 4, count: 65)
    private static let server = ServerID(high: 3, low: 3)

    func sha256(_ bytes: [UInt8]) -> Digest { NativeHashing().sha256(bytes) }

    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool {
        signature == sign(bytes, by: identityKey)
    }

    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool {
        signature == sign(bytes, by: publicKey)
    }

    func hello(
        answering greeting: Session.Greeting, channelBinding: [UInt8], incarnation: Incarnation,
        limits: Limits, nonce: [UInt8], share: SealShare?, now: Timestamp
    ) -> (hello: ServerHello, transcript: Digest) {
        let offer = ServerOffer(
            version: greeting.version, server: Self.server, incarnation: incarnation, time: now, nonce: nonce,
            limits: StatedLimits(limits), serverName: "chat.example", agent: "simulator",
            keyShare: share
        ).encoded()
        let credential = Credential(
            id: CredentialID(high: 1, low: 1), server: Self.server,
            notBefore: now.advanced(by: .seconds(-86_400)),
            notAfter: now.advanced(by: .seconds(86_400)), publicKey: Self.credentialKey
        ).encoded()
        let transcript = Transcript.signed(
            channelBinding: channelBinding, clientOffer: greeting.offerBytes, serverOffer: offer,
            identityKey: Self.identityKey, credential: credential)
        let hello = ServerHello(
            offer: offer, credential: credential,
            credentialSignature: sign(Transcript.signed(credential: credential), by: Self.identityKey),
            transcriptSignature: sign(transcript, by: Self.credentialKey), identityKey: Self.identityKey)
        return (hello, sha256(transcript))
    }

    private func sign(_ bytes: [UInt8], by key: [UInt8]) -> [UInt8] { sha256(key + [0] + bytes).bytes }
}
