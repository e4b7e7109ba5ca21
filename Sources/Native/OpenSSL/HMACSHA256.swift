import COpenSSL

/// HMAC with SHA-256 (RFC 2104), for one thread: one instance serves many keys, one after the other. A key is
/// told once, by `use`, and then serves until the next.
@safe package struct HMACSHA256: ~Copyable {
    package static let count = 32
    package typealias Value = [32 of UInt8]

    private let context: OpaquePointer
    private var knowsKey = false
    /// Just told its key, the context is at the beginning already.
    private var isAtBeginning = false

    package init() {
        guard let context = chat_hmac_new() else { preconditionFailure("OpenSSL has no HMAC") }
        self.context = context
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// From now on this is the key.
    package mutating func use(key: Span<UInt8>) {
        precondition(key.count > 0, "HMAC with an empty key")
        let done = key.withUnsafeBufferPointer { EVP_MAC_init(context, $0.baseAddress, $0.count, nil) }
        precondition(done == 1, "EVP_MAC_init failed")
        (knowsKey, isAtBeginning) = (true, true)
    }

    /// The code of both parts, one behind the other.
    package mutating func code(of part: Span<UInt8>, _ rest: Span<UInt8>) -> Value {
        precondition(knowsKey, "HMAC without a key")
        precondition(isAtBeginning || EVP_MAC_init(context, nil, 0, nil) == 1, "EVP_MAC_init failed")
        isAtBeginning = false
        update(part)
        update(rest)
        return finish()
    }

    private func update(_ bytes: Span<UInt8>) {
        let done = bytes.withUnsafeBufferPointer { EVP_MAC_update(context, $0.baseAddress, $0.count) }
        precondition(done == 1, "EVP_MAC_update failed")
    }

    private func finish() -> Value {
        var value = Value(repeating: 0)
        var span = value.mutableSpan
        var count = 0
        let done = span.withUnsafeMutableBufferPointer {
            EVP_MAC_final(context, $0.baseAddress, &count, $0.count)
        }
        precondition(done == 1 && count == Self.count, "EVP_MAC_final failed")
        return value
    }
}
