import COpenSSL

/// The server's short-lived P-256 key: lives in memory, signs each hello. Any thread may use it.
package final class CredentialKey: Sendable {
    /// 0x04, x, y (SEC 1, 2.3.3).
    package static let pointCount = 65
    /// SubjectPublicKeyInfo of every P-256 key up to its point (RFC 5480).
    private static let prefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]

    private let key: PrivateKey
    /// The uncompressed point.
    package let publicPoint: [UInt8]

    private init(key: PrivateKey) {
        self.key = key
        let encoded = key.publicKey
        precondition(encoded.starts(with: Self.prefix), "OpenSSL writes P-256 keys in another form")
        publicPoint = Array(encoded.dropFirst(Self.prefix.count))
    }

    package static func generate() -> CredentialKey { CredentialKey(key: .p256()) }

    /// ECDSA over SHA-256, DER.
    package func sign(_ message: Span<UInt8>) -> [UInt8] { Signature.sign(message, key: key, scheme: .ecdsa) }

    /// False for a forged signature and for a point that is not on the curve.
    package static func verify(_ signature: Span<UInt8>, of message: Span<UInt8>, publicPoint: Span<UInt8>)
        -> Bool
    {
        guard publicPoint.count == pointCount, publicPoint[0] == 4 else { return false }
        var encoded = prefix
        encoded.reserveCapacity(prefix.count + pointCount)
        for index in 0..<publicPoint.count { encoded.append(publicPoint[index]) }
        guard let key = PublicKey(encoded.span) else { return false }
        return Signature.verify(signature, of: message, key: key, scheme: .ecdsa)
    }
}
