import COpenSSL

/// Somebody's lasting key pair to whom things are encrypted: X25519 (RFC 7748). Any thread.
package final class RecipientKey: Sendable {
    package static let publicKeyCount = 32

    package let publicKey: [UInt8]
    private let key: PrivateKey

    private init(key: PrivateKey) {
        self.key = key
        publicKey = key.rawPublicKey
    }

    package static func generate() -> RecipientKey { RecipientKey(key: .x25519()) }

    /// From unencrypted PEM; refuses any other kind of key.
    package convenience init(pem: [UInt8]) throws(CryptographyError) {
        let key = try PEM.privateKey(in: pem)
        guard EVP_PKEY_get_base_id(key.pointer) == EVP_PKEY_X25519 else {
            throw CryptographyError(.keyUnusable, detail: "not an X25519 key")
        }
        self.init(key: key)
    }

    /// The private key as PEM, for a file of mode 0600.
    package var pem: [UInt8] { key.pem }

    /// As `EphemeralKey.agree`.
    package func agree(with peer: Span<UInt8>) -> ErasedBytes? {
        guard let peer = PublicKey(peer, group: .x25519) else { return nil }
        return EphemeralKey.derive(key, peer)
    }
}
