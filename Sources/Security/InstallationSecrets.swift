package import Native

/// Secrets that are the same for the life of an installation and need no file of their own: derived from one
/// random root (HKDF, one label each), which outlives changes of the identity key. With another root every
/// device is a stranger, the rate limits' buckets are full, and no authenticator counts. Any thread.
package struct InstallationSecrets: Sendable {
    /// Bytes of the root.
    package static let rootBytes = 32
    private let root: ErasedBytes

    /// - Parameter root: random, of `rootBytes`, and the same at each start.
    package init(root: ErasedBytes) {
        precondition(root.count == Self.rootBytes, "InstallationSecrets: a root of another size")
        self.root = HKDF.extract(salt: Array("securechat/1 installation".utf8).span, from: root.span)
    }

    package static func random() -> InstallationSecrets {
        InstallationSecrets(root: ErasedBytes(copying: SecureRandom.bytes(count: rootBytes).span))
    }

    package var devices: DeviceCredentials { DeviceCredentials(key: secret("devices", count: 32)) }

    package var factors: FactorSecrets { FactorSecrets(key: secret("second factors", count: 32)) }

    package var rateSubjects: SipHash {
        let bytes = secret("rate subjects", count: 16)
        var words: [UInt64] = [0, 0]
        for index in 0..<16 { words[index / 8] = words[index / 8] << 8 | UInt64(bytes.span[index]) }
        return SipHash(key: words[0], words[1])
    }

    private func secret(_ label: String, count: Int) -> ErasedBytes {
        HKDF.expand(root.span, info: Array(label.utf8).span, count: count)
    }
}
