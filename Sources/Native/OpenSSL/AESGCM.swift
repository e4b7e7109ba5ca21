import COpenSSL

/// AES-256 in Galois/counter mode (NIST SP 800-38D), for one thread: one instance serves many keys, one after
/// the other, so that a connection keeps keys and no context.
@safe package struct AESGCM: ~Copyable {
    package static let keyCount = 32
    /// In bytes. Never use one twice with a key: it would give both plaintexts and the authentication key
    /// away.
    package static let nonceCount = 12
    package static let tagCount = 16

    private struct Algorithm: @unchecked Sendable {
        static let shared = Algorithm()
        let pointer: OpaquePointer

        private init() {
            guard let pointer = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
                preconditionFailure("OpenSSL has no AES-256-GCM")
            }
            self.pointer = pointer
        }
    }

    private let context: OpaquePointer
    /// The context knows its cipher: told it again, it would begin by forgetting everything.
    private var knowsCipher = false

    package init() {
        guard let context = EVP_CIPHER_CTX_new() else {
            preconditionFailure("EVP_CIPHER_CTX_new: out of memory")
        }
        self.context = context
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Appends the ciphertext and its tag: `plaintext.count + tagCount` bytes.
    package mutating func seal(
        _ plaintext: Span<UInt8>, key: Span<UInt8>, nonce: Span<UInt8>, authenticating header: Span<UInt8>,
        into sealed: inout [UInt8]
    ) {
        precondition(key.count == Self.keyCount && nonce.count == Self.nonceCount, "a key of another size")
        let first = sealed.count
        sealed.append(contentsOf: repeatElement(0, count: plaintext.count + Self.tagCount))
        let done = sealed.withUnsafeMutableBufferPointer { sealed in
            // There is a tag at least, so there is a base.
            let out = sealed.baseAddress! + first
            return start(EVP_EncryptInit_ex2, key, nonce)
                && pass(EVP_EncryptUpdate, header, to: nil) && pass(EVP_EncryptUpdate, plaintext, to: out)
                && finish(EVP_EncryptFinal_ex, out + plaintext.count)
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), out + plaintext.count) == 1
        }
        precondition(done, "AES-256-GCM failed: \(OpenSSLErrorQueue.takeDetail())")
    }

    /// Appends the plaintext; false, and nothing is appended, when the tag is not that of these bytes.
    package mutating func open(
        _ sealed: Span<UInt8>, key: Span<UInt8>, nonce: Span<UInt8>, authenticating header: Span<UInt8>,
        into plaintext: inout [UInt8]
    ) -> Bool {
        precondition(key.count == Self.keyCount && nonce.count == Self.nonceCount, "a key of another size")
        guard sealed.count >= Self.tagCount else { return false }
        let first = plaintext.count
        let count = sealed.count - Self.tagCount
        // One byte more than needed: an empty message has a place too.
        plaintext.append(contentsOf: repeatElement(0, count: count + 1))
        var tag = [UInt8](repeating: 0, count: Self.tagCount)
        for index in 0..<Self.tagCount { tag[index] = sealed[count + index] }
        ERR_clear_error()
        let done = plaintext.withUnsafeMutableBufferPointer { plaintext in
            let out = plaintext.baseAddress! + first
            return start(EVP_DecryptInit_ex2, key, nonce)
                && pass(EVP_DecryptUpdate, header, to: nil)
                && pass(EVP_DecryptUpdate, sealed.extracting(0..<count), to: out)
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), &tag) == 1
                && finish(EVP_DecryptFinal_ex, out + count)
        }
        ERR_clear_error()
        plaintext.removeLast(done ? 1 : count + 1)
        return done
    }

    private typealias Start = (
        OpaquePointer?, OpaquePointer?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?,
        UnsafePointer<OSSL_PARAM>?
    ) -> Int32
    private typealias Pass = (
        OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int32>?, UnsafePointer<UInt8>?,
        Int32
    ) -> Int32
    private typealias Finish = (
        OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int32>?
    ) -> Int32

    private mutating func start(_ call: Start, _ key: Span<UInt8>, _ nonce: Span<UInt8>) -> Bool {
        let algorithm = knowsCipher ? nil : Algorithm.shared.pointer
        knowsCipher = true
        return key.withUnsafeBufferPointer { key in
            nonce.withUnsafeBufferPointer { nonce in
                call(context, algorithm, key.baseAddress, nonce.baseAddress, nil) == 1
            }
        }
    }

    /// Without a place to write to, the bytes are authenticated only.
    private func pass(_ call: Pass, _ bytes: Span<UInt8>, to out: UnsafeMutablePointer<UInt8>?) -> Bool {
        guard bytes.count > 0 else { return true }
        precondition(bytes.count <= Int(Int32.max), "more than OpenSSL takes at once")
        var written: Int32 = 0
        return bytes.withUnsafeBufferPointer { call(context, out, &written, $0.baseAddress, Int32($0.count)) }
            == 1
    }

    private func finish(_ call: Finish, _ out: UnsafeMutablePointer<UInt8>) -> Bool {
        var written: Int32 = 0
        return call(context, out, &written) == 1 && written == 0
    }
}
