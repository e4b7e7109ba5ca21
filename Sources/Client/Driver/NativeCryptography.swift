package import Chat
import Security
import Wire

/// The hello's cryptography by OpenSSL.
package struct NativeCryptography: HelloCryptography {
    package init() {}

    package func sha256(_ bytes: [UInt8]) -> Digest { NativeHashing().sha256(bytes) }

    package func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool
    {
        IdentityProof.isIdentitySignature(signature, of: bytes, by: identityKey)
    }

    package func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool
    {
        IdentityProof.isCredentialSignature(signature, of: bytes, by: publicKey)
    }
}
