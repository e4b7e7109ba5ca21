import COpenSSL

/// AES-256 in Galois/counter mode (NIST SP 800-38D), for one thread: one instance serves many keys, one after
/// the other. A key is told once, by `use`, and then serves until the next.
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
    private var knowsKey = false

    package init() {
        guard let context = EVP_CIPHER_CTX_new() else {
            preconditionFailure("EVP_CIPHER_CTX_new: out of memory")
        }
        self.context = context
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// From now on this is the key.
    package mutating func use(key: Span<UInt8>) {
        precondition(key.count == Self.keyCount, "a key of another size")
        let algorithm = knowsCipher ? nil : Algorithm.shared.pointer
        let done = key.withUnsafeBufferPointer {
            EVP_EncryptInit_ex2(context, algorithm, $0.baseAddress, nil, nil)
        }
        precondition(done == 1, "EVP_EncryptInit_ex2 failed")
        (knowsCipher, knowsKey) = (true, true)
    }

    /// Turns the bytes of `plaintext` into ciphertext where they stand, and writes the tag over the
    /// `tagCount` bytes behind them.
    package mutating func seal(
        _ plaintext: Range<Int>, of bytes: inout [UInt8], nonce: Span<UInt8>,
        authenticating header: Span<UInt8>
    ) {
        precondition(
            plaintext.lowerBound >= 0 && plaintext.upperBound + Self.tagCount <= bytes.count,
            "no room for the tag")
        let done = bytes.withUnsafeMutableBufferPointer { bytes in
            // There is a tag at least, so there is a base.
            let text = bytes.baseAddress! + plaintext.lowerBound
            let tag = text + plaintext.count
            return start(EVP_EncryptInit_ex2, nonce)
                && pass(EVP_EncryptUpdate, header, to: nil)
                && pass(EVP_EncryptUpdate, UnsafePointer(text), plaintext.count, to: text)
                && finish(EVP_EncryptFinal_ex, tag)
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), tag) == 1
        }
        precondition(done, "AES-256-GCM failed: \(OpenSSLErrorQueue.takeDetail())")
    }

    /// The plaintext; `nil` when the tag is not that of these bytes.
    package mutating func open(
        _ sealed: Span<UInt8>, nonce: Span<UInt8>, authenticating header: Span<UInt8>
    ) -> [UInt8]? {
        guard sealed.count >= Self.tagCount else { return nil }
        let count = sealed.count - Self.tagCount
        var done = false
        // One byte more than needed: an empty message has a place too.
        let plaintext = [UInt8](unsafeUninitializedCapacity: count + 1) { plaintext, written in
            let out = plaintext.baseAddress!
            done = sealed.withUnsafeBufferPointer { sealed in
                let text = sealed.baseAddress!
                return start(EVP_DecryptInit_ex2, nonce)
                    && pass(EVP_DecryptUpdate, header, to: nil)
                    && pass(EVP_DecryptUpdate, text, count, to: out)
                    && expect(text + count) && finish(EVP_DecryptFinal_ex, out + count)
            }
            // Nothing is handed out of what does not verify, nor left lying about.
            if !done { OPENSSL_cleanse(out, count) }
            written = done ? count : 0
        }
        if !done { ERR_clear_error() }
        return done ? plaintext : nil
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

    private func start(_ call: Start, _ nonce: Span<UInt8>) -> Bool {
        precondition(knowsKey && nonce.count == Self.nonceCount, "no key, or a nonce of another size")
        return nonce.withUnsafeBufferPointer { call(context, nil, nil, $0.baseAddress, nil) == 1 }
    }

    /// Without a place to write to, the bytes are authenticated only.
    private func pass(_ call: Pass, _ bytes: Span<UInt8>, to out: UnsafeMutablePointer<UInt8>?) -> Bool {
        bytes.withUnsafeBufferPointer { pass(call, $0.baseAddress, $0.count, to: out) }
    }

    /// `out` may be where the bytes stand.
    private func pass(
        _ call: Pass, _ bytes: UnsafePointer<UInt8>?, _ count: Int, to out: UnsafeMutablePointer<UInt8>?
    ) -> Bool {
        guard count > 0 else { return true }
        precondition(count <= Int(Int32.max), "more than OpenSSL takes at once")
        var written: Int32 = 0
        return call(context, out, &written, bytes, Int32(count)) == 1
    }

    /// The tag that is to be found; OpenSSL copies it.
    private func expect(_ tag: UnsafePointer<UInt8>) -> Bool {
        let tag = UnsafeMutablePointer(mutating: tag)
        return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), tag) == 1
    }

    private func finish(_ call: Finish, _ out: UnsafeMutablePointer<UInt8>) -> Bool {
        var written: Int32 = 0
        return call(context, out, &written) == 1 && written == 0
    }
}
