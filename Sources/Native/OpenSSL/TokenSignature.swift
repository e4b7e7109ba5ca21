import COpenSSL

/// Verifies signatures of tokens that others have signed (RFC 7518, section 3), all with SHA-256. Pure; any
/// thread.
package enum TokenSignature {
    /// What a verifier computes at most: the cost grows with the square.
    private static let mostRSABits = 8_192
    private static let leastRSABits = 2_048
    /// The exponents that are in use are small; a long one is a way to make the verifier work.
    private static let mostExponentBytes = 4
    private static let halfOfECDSA = 32

    /// How an RSA key signed.
    package enum RSAScheme: Sendable {
        /// PKCS #1 v1.5 (`RS256`).
        case pkcs1
        /// PSS with a salt of 32 bytes (`PS256`).
        case pss
    }

    /// False for a forged signature, and for a key of fewer than 2,048 or more than 8,192 bits. The numbers
    /// have their most significant byte first.
    package static func isRSA(
        _ signature: [UInt8], of message: [UInt8], modulus: [UInt8], exponent: [UInt8], scheme: RSAScheme
    ) -> Bool {
        guard exponent.count <= mostExponentBytes, modulus.count <= mostRSABits / 8 else { return false }
        // rsaEncryption with its empty parameters (RFC 8017, A.1).
        let algorithm: [UInt8] = [
            0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
        ]
        let numbers = DER.sequence(DER.integer(modulus), DER.integer(exponent))
        guard let key = PublicKey(DER.sequence(algorithm, DER.bitString(numbers)).span), key.isRSA,
            (leastRSABits...mostRSABits).contains(key.bits)
        else { return false }
        return Signature.verify(
            signature.span, of: message.span, key: key, scheme: scheme == .pss ? .pss : .pkcs1)
    }

    /// `signature` is two numbers of 32 bytes (`ES256`), the key's two coordinates have 32 bytes each.
    package static func isP256(_ signature: [UInt8], of message: [UInt8], x: [UInt8], y: [UInt8]) -> Bool {
        guard signature.count == 2 * halfOfECDSA, x.count == halfOfECDSA, y.count == halfOfECDSA else {
            return false
        }
        let encoded = DER.sequence(
            DER.integer(signature[..<halfOfECDSA]), DER.integer(signature[halfOfECDSA...]))
        return CredentialKey.verify(encoded.span, of: message.span, publicPoint: ([4] + x + y).span)
    }
}
