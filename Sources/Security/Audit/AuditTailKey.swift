package import Chat
import Native

/// The key that vouches for the next entry of the tail, and then gives way to the one after it.
///
/// A value over a secret that is erased with its last copy: from a later key no earlier one can be found
/// (HMAC-SHA-256 over a fixed text), so who learns the present key cannot vouch for another past.
package struct AuditTailKey: Sendable {
    package static let byteCount = 32
    private static let step = Array("securechat audit next key".utf8)
    private static let domain = Array("securechat audit entry".utf8)

    private let secret: ErasedBytes

    /// `nil` for any number of bytes but 32.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = ErasedBytes(copying: bytes)
    }

    private init(_ secret: ErasedBytes) { self.secret = secret }

    /// The code of the entry with this link, and the next key in place of this one.
    package mutating func vouch(for link: Digest) -> Digest {
        var mac = HMACSHA256()
        mac.use(key: secret.span)
        let code = Digest(mac.code(of: Self.domain.span, link.bytes.span))
        let nothing: [UInt8] = []
        var next = mac.code(of: Self.step.span, nothing.span)
        self = AuditTailKey(ErasedBytes(copying: next.span))
        for index in next.indices { next[index] = 0 }
        return code
    }
}
