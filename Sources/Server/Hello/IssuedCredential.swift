import Native
package import Wire

/// A credential in use: what a hello shows of it, and the key that signs the hello's transcript. Immutable;
/// any thread.
package struct IssuedCredential: Sendable {
    package let credential: Credential
    /// Encoded as the hello carries it.
    package let bytes: [UInt8]
    /// By the identity key, over `Transcript.signed(credential:)`.
    package let signature: [UInt8]
    private let key: CredentialKey

    init(credential: Credential, signedBy identity: IdentityKey, key: CredentialKey) {
        self.credential = credential
        self.key = key
        bytes = credential.encoded()
        signature = identity.sign(Transcript.signed(credential: bytes).span)
    }

    /// ECDSA P-256 over SHA-256, DER: some 30 µs.
    package func sign(_ transcript: [UInt8]) -> [UInt8] { key.sign(transcript.span) }
}
