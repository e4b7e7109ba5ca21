import COpenSSL

/// One-shot signing and verifying, SHA-256 inside but for Ed25519 (EVP_DigestSign(3)).
enum Signature {
    /// How the digest becomes a signature.
    enum Scheme {
        /// RSA-PSS, MGF1 with SHA-256, a salt of 32 bytes (RFC 8017, 8.1).
        case pss
        /// RSA, PKCS #1 v1.5 (RFC 8017, 8.2): for other people's tokens, never for signing.
        case pkcs1
        /// ECDSA, the signature as DER (FIPS 186-5).
        case ecdsa
        /// Ed25519, which hashes the message itself (RFC 8032, 5.1).
        case ed25519
    }

    private static let saltCount: Int32 = 32

    static func sign(_ message: Span<UInt8>, key: PrivateKey, scheme: Scheme) -> [UInt8] {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("EVP_MD_CTX_new: out of memory") }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        let ready =
            EVP_DigestSignInit(context, &keyContext, scheme.digest, nil, key.pointer) == 1
            && configure(keyContext, scheme)
        var count = Int(EVP_PKEY_get_size(key.pointer))
        var signature = [UInt8](repeating: 0, count: count)
        let done = message.withUnsafeBufferPointer {
            ready && EVP_DigestSign(context, &signature, &count, $0.baseAddress, $0.count) == 1
        }
        precondition(done, "signing failed: \(OpenSSLErrorQueue.takeDetail())")
        signature.removeLast(signature.count - count)
        return signature
    }

    static func verify(
        _ signature: Span<UInt8>, of message: Span<UInt8>, key: borrowing PublicKey, scheme: Scheme
    ) -> Bool {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("EVP_MD_CTX_new: out of memory") }
        defer {
            EVP_MD_CTX_free(context)
            // A signature that does not verify leaves its reason in the queue.
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &keyContext, scheme.digest, nil, key.pointer) == 1,
            configure(keyContext, scheme)
        else { return false }
        return signature.withUnsafeBufferPointer { signature in
            message.withUnsafeBufferPointer { message in
                EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress, message.count) == 1
            }
        }
    }

    private static func configure(_ context: OpaquePointer?, _ scheme: Scheme) -> Bool {
        switch scheme {
        case .pss: chat_sign_with_pss(context, saltCount) == 1
        case .pkcs1: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .ecdsa, .ed25519: true
        }
    }
}

extension Signature.Scheme {
    fileprivate var digest: OpaquePointer? {
        switch self {
        case .pss, .pkcs1, .ecdsa: EVP_sha256()
        case .ed25519: nil
        }
    }
}
