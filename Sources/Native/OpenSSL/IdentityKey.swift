import COpenSSL

/// The server's long-lived RSA key: the one that clients pin. Signs with RSA-PSS over SHA-256. Any thread may
/// use it.
package final class IdentityKey: Sendable {
    /// What is refused below, ours or a peer's.
    package static let leastBits = 2_048
    package static let defaultBits = 3_072
    /// What a key file may ask of a verifier at most: the cost grows with the square.
    private static let mostBits = 8_192

    private let key: PrivateKey

    private init(key: PrivateKey) { self.key = key }

    /// A new key: takes up to seconds.
    package static func generate(bits: Int = defaultBits) -> IdentityKey {
        precondition(
            (leastBits...mostBits).contains(bits), "an identity key has \(leastBits) to \(mostBits) bits")
        return IdentityKey(key: .rsa(bits: bits))
    }

    /// From unencrypted PEM; refuses what is not RSA or too weak.
    package convenience init(pem: [UInt8]) throws(CryptographyError) {
        let key = try PEM.privateKey(in: pem)
        let bits = Int(EVP_PKEY_get_bits(key.pointer))
        guard EVP_PKEY_get_base_id(key.pointer) == EVP_PKEY_RSA,
            (Self.leastBits...Self.mostBits).contains(bits)
        else {
            throw CryptographyError(.keyUnusable, detail: "not an RSA key of \(Self.leastBits) bits at least")
        }
        self.init(key: key)
    }

    /// The private key as PEM, for a file of mode 0600.
    package var pem: [UInt8] { key.pem }

    /// SubjectPublicKeyInfo, DER: what clients pin the SHA-256 of.
    package var publicKey: [UInt8] { key.publicKey }

    package func sign(_ message: Span<UInt8>) -> [UInt8] { Signature.sign(message, key: key, scheme: .pss) }

    /// False for a forged signature and for a key that is no RSA key of enough bits.
    package static func verify(_ signature: Span<UInt8>, of message: Span<UInt8>, publicKey: Span<UInt8>)
        -> Bool
    {
        guard let key = PublicKey(publicKey), key.isRSA, (leastBits...mostBits).contains(key.bits) else {
            return false
        }
        return Signature.verify(signature, of: message, key: key, scheme: .pss)
    }
}
