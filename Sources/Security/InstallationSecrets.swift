package import Native

/// Secrets that are the same for the life of an installation and need no file of their own: derived from the
/// identity key (HKDF, one label each). Whoever replaces that key makes every device a stranger, refills the
/// rate limits' buckets, and voids every authenticator (no recovery code). Any thread.
package struct InstallationSecrets: Sendable {
    private let root: ErasedBytes

    package init(identity: IdentityKey) {
        root = HKDF.extract(salt: Array("securechat/1 installation".utf8).span, from: identity.pem.span)
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
