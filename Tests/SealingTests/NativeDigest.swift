import Chat
import Native

enum NativeDigest {
    static func of(_ bytes: [UInt8]) -> Digest {
        let value = SHA256.digest(bytes)
        guard let digest = Digest(bytes: value.span) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }
}
