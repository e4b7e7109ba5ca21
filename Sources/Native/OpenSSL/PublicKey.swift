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

    deinit { EVP_PKEY_free(pointer) }

    var isRSA: Bool { EVP_PKEY_get_base_id(pointer) == EVP_PKEY_RSA }
    var bits: Int { Int(EVP_PKEY_get_bits(pointer)) }
}
