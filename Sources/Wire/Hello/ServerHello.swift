/// The server's half of the hello: its offer and the proof of who it is. `Transcript` says what the
/// signatures cover.
package struct ServerHello: Hashable, Sendable {
    /// An encoded `ServerOffer`.
    package let offer: [UInt8]
    /// An encoded `Credential`.
    package let credential: [UInt8]
    /// RSA-PSS, SHA-256, a salt of 32 bytes: by the identity key over `Transcript.signed(credential:)`.
    package let credentialSignature: [UInt8]
    /// ECDSA P-256, SHA-256, DER: by the credential's key over `Transcript.signed(…)`.
    package let transcriptSignature: [UInt8]
    /// RSA, a DER SubjectPublicKeyInfo. Its SHA-256 is the fingerprint.
    package let identityKey: [UInt8]
    /// Encoded `IdentityChange`s, from the key that the client knows to this one; none where it is the same.
    package let changes: [[UInt8]]

    package init(
        offer: [UInt8], credential: [UInt8], credentialSignature: [UInt8], transcriptSignature: [UInt8],
        identityKey: [UInt8], changes: [[UInt8]] = []
    ) {
        self.offer = offer
        self.credential = credential
        self.credentialSignature = credentialSignature
        self.transcriptSignature = transcriptSignature
        self.identityKey = identityKey
        self.changes = changes
    }
}
