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
