import COpenSSL

/// Where two agree on a secret by Diffie-Hellman.
package enum AgreementGroup: CaseIterable, Sendable {
    /// RFC 7748; 32 bytes.
    case x25519
    /// FIPS 186-5; an uncompressed point of 65 bytes.
    case p256

    package var publicKeyCount: Int {
        switch self {
        case .x25519: 32
        case .p256: CredentialKey.pointCount
        }
    }
}

/// One side's key for one agreement: the private half is gone with the object. Any thread.
package final class EphemeralKey: Sendable {
    private static let secretCount = 32

    package let group: AgreementGroup
    package let publicKey: [UInt8]
    private let key: PrivateKey

    package init(_ group: AgreementGroup) {
        self.group = group
        switch group {
        case .x25519:
            key = .x25519()
            publicKey = key.rawPublicKey
        case .p256:
            key = .p256()
            publicKey = CredentialKey.point(of: key)
        }
    }

    /// For test vectors: a private half that is known, as OpenSSL reads it (PKCS #8, DER).
    package init?(_ group: AgreementGroup, privateKey: Span<UInt8>) {
        guard let key = PrivateKey(der: privateKey) else { return nil }
        self.group = group
        self.key = key
        publicKey = group == .x25519 ? key.rawPublicKey : CredentialKey.point(of: key)
    }

    /// The secret that both know: 32 bytes, to be put through HKDF. `nil` for what is no public key of the
    /// group: a point off the curve, of another length, or of small order, which would make the secret known
    /// to all (RFC 7748, 6.1).
    package func agree(with peer: Span<UInt8>) -> ErasedBytes? {
        guard let peer = PublicKey(peer, group: group) else { return nil }
        return Self.derive(key, peer)
    }

    /// What the private half and the other's public half give; `nil` as `agree` says.
    static func derive(_ key: PrivateKey, _ peer: borrowing PublicKey) -> ErasedBytes? {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = EVP_PKEY_CTX_new(key.pointer, nil) else {
            preconditionFailure("EVP_PKEY_CTX_new: out of memory")
        }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, peer.pointer) == 1 else {
            return nil
        }
        var isDone = false
        let secret = ErasedBytes(count: secretCount) { span in
            span.withUnsafeMutableBufferPointer { buffer in
                var count = buffer.count
                isDone = EVP_PKEY_derive(context, buffer.baseAddress, &count) == 1 && count == secretCount
            }
        }
        return isDone ? secret : nil
    }
}
