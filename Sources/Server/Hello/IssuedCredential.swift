import Chat
import Native
import Security
package import Wire

/// A credential in use: what a hello shows of it, the identity that vouches for it, and the key that signs
/// the hello's transcript. Immutable; any thread.
package struct IssuedCredential: Sendable {
    package let credential: Credential
    /// Encoded as the hello carries it.
    package let bytes: [UInt8]
    /// By the identity key, over `Transcript.signed(credential:)`.
    package let signature: [UInt8]
    let identity: ShownIdentity
    private let key: CredentialKey

    init(credential: Credential, by identity: ShownIdentity, key: CredentialKey) {
        self.credential = credential
        self.identity = identity
        self.key = key
        bytes = credential.encoded()
        signature = identity.record.key.sign(Transcript.signed(credential: bytes).span)
    }

    /// ECDSA P-256 over SHA-256, DER: some 30 µs.
    package func sign(_ transcript: [UInt8]) -> [UInt8] { key.sign(transcript.span) }
}

/// An identity as hellos show it, encoded once. Immutable; any thread.
final class ShownIdentity: Sendable {
    let record: IdentityRecord
    /// DER SubjectPublicKeyInfo.
    let publicKey: [UInt8]
    /// Encoded, the oldest first, each with the fingerprint that it leads away from.
    private let changes: [(from: Digest, bytes: [UInt8])]

    init(_ record: IdentityRecord) {
        self.record = record
        publicKey = record.publicKey
        changes = record.changes.map { (Fingerprint(publicKey: $0.oldKey).digest, $0.encoded()) }
    }

    /// What leads from this key to the present one; nothing for the present one and for one that is unknown.
    func changes(since known: Digest?) -> [[UInt8]] {
        guard let known, let first = changes.firstIndex(where: { $0.from == known }) else { return [] }
        return changes[first...].map(\.bytes)
    }
}
