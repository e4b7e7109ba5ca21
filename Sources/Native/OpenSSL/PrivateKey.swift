import COpenSSL

/// A key pair of OpenSSL's, freed with its last owner. Signing makes a context of its own, so any thread may.
@safe final class PrivateKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    static func rsa(bits: Int) -> PrivateKey {
        ERR_clear_error()
        guard let pointer = chat_generate_rsa(bits) else {
            preconditionFailure("no RSA key: \(OpenSSLErrorQueue.takeDetail())")
        }
        return PrivateKey(owning: pointer)
    }

    static func p256() -> PrivateKey {
        ERR_clear_error()
        guard let pointer = chat_generate_p256() else {
            preconditionFailure("no P-256 key: \(OpenSSLErrorQueue.takeDetail())")
        }
        return PrivateKey(owning: pointer)
    }

    static func x25519() -> PrivateKey {
        ERR_clear_error()
        guard let pointer = chat_generate_x25519() else {
            preconditionFailure("no X25519 key: \(OpenSSLErrorQueue.takeDetail())")
        }
        return PrivateKey(owning: pointer)
    }

    static func ed25519() -> PrivateKey {
        ERR_clear_error()
        guard let pointer = chat_generate_ed25519() else {
            preconditionFailure("no Ed25519 key: \(OpenSSLErrorQueue.takeDetail())")
        }
        return PrivateKey(owning: pointer)
    }

    /// PKCS #8; `nil` unless the bytes are exactly one key.
    convenience init?(der: Span<UInt8>) {
        ERR_clear_error()
        let key: OpaquePointer? = der.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var position: UnsafePointer<UInt8>? = start
            return d2i_AutoPrivateKey(nil, &position, buffer.count)
        }
        ERR_clear_error()
        guard let key else { return nil }
        self.init(owning: key)
    }

    /// The public half as the bytes that RFC 7748 and RFC 8032 define; traps for other kinds of keys.
    var rawPublicKey: [UInt8] {
        var count = 32
        var bytes = [UInt8](repeating: 0, count: count)
        let done = EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)
        precondition(done == 1 && count == 32, "a key without a raw form")
        return bytes
    }

    /// PKCS #8, not encrypted: the file's mode protects it.
    var pem: [UInt8] {
        PEM.text { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) == 1 }
    }

    /// The public half as SubjectPublicKeyInfo, DER (RFC 5280, 4.1.2.7).
    var publicKey: [UInt8] {
        let count = i2d_PUBKEY(pointer, nil)
        precondition(count > 0, "a key without a public half")
        return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
            var position = buffer.baseAddress
            initialized = Int(i2d_PUBKEY(pointer, &position))
        }
    }
}
