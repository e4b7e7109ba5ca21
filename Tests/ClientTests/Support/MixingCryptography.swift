import Chat
import Wire

/// Signatures that anybody could make: the hello's order and parts are tested here, not its mathematics.
struct MixingCryptography: HelloCryptography {
    func sha256(_ bytes: [UInt8]) -> Digest { MixingHash().sha256(bytes) }

    static func sign(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        MixingHash().sha256(key + [0] + bytes).bytes
    }

    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool {
        signature == Self.sign(bytes, key: identityKey)
    }

    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool {
        signature == Self.sign(bytes, key: publicKey)
    }
}
