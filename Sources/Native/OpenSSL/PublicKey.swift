import COpenSSL

/// A public key read from SubjectPublicKeyInfo (DER); never from a peer without the checks in here.
@safe struct PublicKey: ~Copyable {
    let pointer: OpaquePointer

    /// `nil` unless the bytes are exactly one key.
    init?(_ bytes: Span<UInt8>) {
        ERR_clear_error()
        let key: OpaquePointer? = bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var position: UnsafePointer<UInt8>? = start
            guard let key = d2i_PUBKEY(nil, &position, buffer.count) else { return nil }
            guard position == start + buffer.count else {
                EVP_PKEY_free(key)
                return nil
            }
            return key
        }
        ERR_clear_error()
        guard let key else { return nil }
        pointer = key
    }

    /// `nil` for what is no public key of the group.
    init?(_ bytes: Span<UInt8>, group: AgreementGroup) {
        guard bytes.count == group.publicKeyCount else { return nil }
        switch group {
        case .x25519: self.init(raw: bytes, EVP_PKEY_X25519)
        case .p256: self.init(CredentialKey.encoded(point: bytes).span)
        }
    }

    /// RFC 7748 or RFC 8032: 32 bytes.
    init?(raw bytes: Span<UInt8>, _ kind: Int32) {
        ERR_clear_error()
        let key = bytes.withUnsafeBufferPointer { buffer in
            EVP_PKEY_new_raw_public_key(kind, nil, buffer.baseAddress, buffer.count)
        }
        ERR_clear_error()
        guard let key else { return nil }
        pointer = key
    }

    deinit { EVP_PKEY_free(pointer) }

    var isRSA: Bool { EVP_PKEY_get_base_id(pointer) == EVP_PKEY_RSA }
    var bits: Int { Int(EVP_PKEY_get_bits(pointer)) }
}
