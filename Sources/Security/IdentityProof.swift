import Native

/// The verifying half of a server's proof: the two questions that a client asks of the signatures in a hello.
/// Pure.
package enum IdentityProof {
    /// Whether `publicKey` (RSA of 2048 bits at least, DER SubjectPublicKeyInfo) signed the bytes, by
    /// RSA-PSS.
    package static func isIdentitySignature(
        _ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]
    ) -> Bool {
        IdentityKey.verify(signature.span, of: bytes.span, publicKey: publicKey.span)
    }

    /// Whether the key of this P-256 point (uncompressed, 65 bytes) signed the bytes, by ECDSA.
    package static func isCredentialSignature(
        _ signature: [UInt8], of bytes: [UInt8], by publicPoint: [UInt8]
    ) -> Bool {
        CredentialKey.verify(signature.span, of: bytes.span, publicPoint: publicPoint.span)
    }
}
