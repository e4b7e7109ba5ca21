import COpenSSL

/// A key that signs tokens and audit checkpoints: Ed25519 (RFC 8032). Any thread.
package final class Ed25519Key: Sendable {
    package static let publicKeyCount = 32
    package static let signatureCount = 64

    private let key: PrivateKey
    package let publicKey: [UInt8]

    private init(key: PrivateKey) {
        self.key = key
        publicKey = key.rawPublicKey
    }

    package static func generate() -> Ed25519Key { Ed25519Key(key: .ed25519()) }

    /// From unencrypted PEM; refuses any other kind of key.
    package convenience init(pem: [UInt8]) throws(CryptographyError) {
        let key = try PEM.privateKey(in: pem)
        guard EVP_PKEY_get_base_id(key.pointer) == EVP_PKEY_ED25519 else {
            throw CryptographyError(.keyUnusable, detail: "not an Ed25519 key")
        }
        self.init(key: key)
    }

    /// The private key as PEM, for a file of mode 0600.
    package var pem: [UInt8] { key.pem }

    package func sign(_ message: Span<UInt8>) -> [UInt8] {
        Signature.sign(message, key: key, scheme: .ed25519)
    }

    /// False for a forged signature and for what is no key.
    package static func verify(_ signature: Span<UInt8>, of message: Span<UInt8>, publicKey: Span<UInt8>)
        -> Bool
    {
        guard publicKey.count == publicKeyCount, signature.count == signatureCount,
            let key = PublicKey(raw: publicKey, EVP_PKEY_ED25519)
        else { return false }
        return Signature.verify(signature, of: message, key: key, scheme: .ed25519)
    }
}
