import COpenSSL

/// SHA-256 (FIPS 180-4): whole inputs by `digest`, pieces by an instance.
@safe package struct SHA256: ~Copyable {
    package typealias Value = [32 of UInt8]

    /// Fetched once: asking OpenSSL 3 for the algorithm at each call costs more than hashing a message does.
    private struct Algorithm: @unchecked Sendable {
        static let shared = Algorithm()
        let pointer: OpaquePointer

        private init() {
            guard let pointer = EVP_MD_fetch(nil, "SHA256", nil) else {
                preconditionFailure("OpenSSL has no SHA-256")
            }
            self.pointer = pointer
        }
    }

    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("EVP_MD_CTX_new: out of memory") }
        self.context = context
        start()
    }

    deinit { EVP_MD_CTX_free(context) }

    package static func digest(_ bytes: Span<UInt8>) -> Value {
        bytes.withUnsafeBufferPointer { digest(of: $0) }
    }

    package static func digest(_ bytes: [UInt8]) -> Value {
        bytes.withUnsafeBufferPointer { digest(of: $0) }
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        let done = bytes.withUnsafeBufferPointer { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(done == 1, "EVP_DigestUpdate failed")
    }

    /// The digest of all pieces since the start or the last `finish`; the instance is ready for the next
    /// input.
    package mutating func finish() -> Value {
        var value = Value(repeating: 0)
        var span = value.mutableSpan
        let done = span.withUnsafeMutableBufferPointer { EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        precondition(done == 1, "EVP_DigestFinal_ex failed")
        start()
        return value
    }

    private func start() {
        precondition(
            EVP_DigestInit_ex(context, Algorithm.shared.pointer, nil) == 1, "EVP_DigestInit_ex failed")
    }

    private static func digest(of bytes: UnsafeBufferPointer<UInt8>) -> Value {
        var value = Value(repeating: 0)
        var span = value.mutableSpan
        let done = span.withUnsafeMutableBufferPointer {
            EVP_Digest(bytes.baseAddress, bytes.count, $0.baseAddress, nil, Algorithm.shared.pointer, nil)
        }
        precondition(done == 1, "EVP_Digest failed")
        return value
    }
}
