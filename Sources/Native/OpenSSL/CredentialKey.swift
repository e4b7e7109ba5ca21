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
        publicPoint = Self.point(of: key)
    }

    /// The public half of any P-256 key.
    static func point(of key: PrivateKey) -> [UInt8] {
        let encoded = key.publicKey
        precondition(encoded.starts(with: prefix), "OpenSSL writes P-256 keys in another form")
        return Array(encoded.dropFirst(prefix.count))
    }

    /// A point as SubjectPublicKeyInfo.
    static func encoded(point: Span<UInt8>) -> [UInt8] {
        var encoded = prefix
        encoded.reserveCapacity(prefix.count + point.count)
        for index in 0..<point.count { encoded.append(point[index]) }
        return encoded
    }

    package static func generate() -> CredentialKey { CredentialKey(key: .p256()) }

    /// ECDSA over SHA-256, DER.
    package func sign(_ message: Span<UInt8>) -> [UInt8] { Signature.sign(message, key: key, scheme: .ecdsa) }

    /// False for a forged signature and for a point that is not on the curve.
    package static func verify(_ signature: Span<UInt8>, of message: Span<UInt8>, publicPoint: Span<UInt8>)
        -> Bool
    {
        guard publicPoint.count == pointCount, publicPoint[0] == 4 else { return false }
        guard let key = PublicKey(encoded(point: publicPoint).span) else { return false }
        return Signature.verify(signature, of: message, key: key, scheme: .ecdsa)
    }
}
