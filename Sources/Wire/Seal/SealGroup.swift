/// Where the two ends of a connection agree on the sealed layer's secret.
package enum SealGroup: UInt32, CaseIterable, Sendable {
    /// An uncompressed point of 65 bytes: what browsers can do (WebCrypto).
    case p256 = 1
    /// 32 bytes (RFC 7748).
    case x25519 = 2
}

/// One end's public half of an agreement.
package struct SealShare: Hashable, Sendable {
    package let group: SealGroup
    package let key: [UInt8]

    package init(group: SealGroup, key: [UInt8]) {
        self.group = group
        self.key = key
    }
}

/// Who seals: each direction has keys of its own, so that nothing can be played back to whoever said it.
package enum SealSide: Sendable {
    case client
    case server
}
