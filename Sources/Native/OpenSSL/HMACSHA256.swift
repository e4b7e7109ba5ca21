import COpenSSL

/// HMAC with SHA-256 (RFC 2104), for one thread: one instance serves many keys, one after the other.
@safe package struct HMACSHA256: ~Copyable {
    package static let count = 32
    package typealias Value = [32 of UInt8]

    private let context: OpaquePointer

    package init() {
        guard let context = chat_hmac_new() else { preconditionFailure("OpenSSL has no HMAC") }
        self.context = context
    }

    deinit { EVP_MAC_CTX_free(context) }

    package mutating func start(key: Span<UInt8>) {
        precondition(key.count > 0, "HMAC with an empty key")
        let done = key.withUnsafeBufferPointer { EVP_MAC_init(context, $0.baseAddress, $0.count, nil) }
        precondition(done == 1, "EVP_MAC_init failed")
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        let done = bytes.withUnsafeBufferPointer { EVP_MAC_update(context, $0.baseAddress, $0.count) }
        precondition(done == 1, "EVP_MAC_update failed")
    }

    package mutating func finish() -> Value {
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
