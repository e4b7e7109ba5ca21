package import Chat

/// The cryptography of the hello, handed in: this module knows no cryptographic library.
package protocol HelloCryptography: Sendable {
    func sha256(_ bytes: [UInt8]) -> Digest

    /// RSA-PSS with SHA-256 and a salt of 32 bytes. False for a key that is not RSA or has fewer than 2048
    /// bits.
    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool

    /// ECDSA P-256 with SHA-256, DER. False for a point that is not on the curve.
    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool
}

/// Why a client does not believe a server.
package enum HelloError: Error, Hashable, Sendable {
    /// The offer or the credential is none.
    case malformed
    /// The server chose a version, a capability or a group that was not offered.
    case notOffered
    /// The identity key did not sign the credential.
    case wrongCredentialSignature
    /// The credential is for something else, or for another server.
    case wrongCredential
    /// By the client's clock, with `HelloVerifier.clockTolerance`.
    case credentialNotValid(notBefore: Timestamp, notAfter: Timestamp)
    /// Somebody stands between the two, or the connection is not the one it was signed for.
    case wrongTranscriptSignature
    /// The server proved who it is, and does not seal.
    case notSealed
    /// The server proved an identity, but not the one that was expected.
    case unexpectedIdentity(fingerprint: Digest)
}

/// A server that has proved who it is.
package struct VerifiedServer: Hashable, Sendable {
    package let offer: ServerOffer
    /// The SHA-256 of its identity key: what clients pin.
    package let fingerprint: Digest
    /// The SHA-256 of the hello's transcript: what the sealed layer is bound to.
    package let transcript: Digest
}

/// The client's half of the hello: whether the server is who it must be. Checks in the order that
/// docs/protocol.md gives ("The server's proof").
package struct HelloVerifier: Sendable {
    /// How far the clocks of client and server may differ for the credential's validity.
    package static let clockTolerance = Duration.seconds(600)

    /// What the client sent, and its encoding.
    private let offer: ClientOffer
    private let offerBytes: [UInt8]
    /// 32 bytes of the TLS exporter, or none, as the offer says.
    private let channelBinding: [UInt8]

    package init(offer: ClientOffer, offerBytes: [UInt8], channelBinding: [UInt8]) {
        switch offer.channelBinding {
        case .none: precondition(channelBinding.isEmpty, "the offer says that nothing is bound")
        case .tlsExporter: precondition(channelBinding.count == ChannelBinding.exporterBytes)
        }
        self.offer = offer
        self.offerBytes = offerBytes
        self.channelBinding = channelBinding
    }

    /// `expected` is the fingerprint that was pinned; `nil` when the caller decides by the answer's.
    package func verify(
        _ hello: ServerHello, expected: Digest?, now: Timestamp, cryptography: some HelloCryptography
    ) throws(HelloError) -> VerifiedServer {
        guard let answer = ServerOffer(encoded: hello.offer),
            let credential = Credential(encoded: hello.credential)
        else { throw .malformed }
        guard offer.versions.contains(answer.version),
            answer.capabilities.allSatisfy(offer.capabilities.contains), isOffered(answer.keyShare)
        else { throw .notOffered }
        guard
            cryptography.isIdentitySignature(
                hello.credentialSignature, of: Transcript.signed(credential: hello.credential),
                by: hello.identityKey)
        else { throw .wrongCredentialSignature }
        guard credential.purpose == Credential.purpose, credential.server == answer.server
        else { throw .wrongCredential }
        let earliest = credential.notBefore.advanced(by: .zero - Self.clockTolerance)
        guard earliest <= now, now <= credential.notAfter.advanced(by: Self.clockTolerance)
        else { throw .credentialNotValid(notBefore: credential.notBefore, notAfter: credential.notAfter) }
        let transcript = Transcript.signed(
            channelBinding: channelBinding, clientOffer: offerBytes, serverOffer: hello.offer,
            credential: hello.credential)
        guard
            cryptography.isCredentialSignature(
                hello.transcriptSignature, of: transcript, by: credential.publicKey)
        else { throw .wrongTranscriptSignature }
        let fingerprint = cryptography.sha256(hello.identityKey)
        if let expected, expected != fingerprint { throw .unexpectedIdentity(fingerprint: fingerprint) }
        return VerifiedServer(
            offer: answer, fingerprint: fingerprint, transcript: cryptography.sha256(transcript))
    }

    private func isOffered(_ share: SealShare?) -> Bool {
        guard let share else { return true }
        return offer.keyShares.contains { $0.group == share.group }
    }
}
