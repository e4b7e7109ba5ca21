import COpenSSL

/// Cryptographic randomness (RAND_bytes(3)), fetched in blocks so that an id costs no call into OpenSSL.
///
/// A class, because a copied buffer would give the same numbers twice. One per owner, not shared between
/// threads; what was given out is erased from the buffer at once.
package final class SecureRandom: RandomNumberGenerator {
    private static let wordCount = 64

    private var words = [UInt64](repeating: 0, count: SecureRandom.wordCount)
    private var used = SecureRandom.wordCount

    package init() {}

    package func next() -> UInt64 {
        if used == Self.wordCount { refill() }
        defer {
            words[used] = 0
            used += 1
        }
        return words[used]
    }

    /// `count` bytes straight from the source, past the buffer: for keys and tokens.
    package static func bytes(count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                preconditionFailure("RAND_bytes: the system gives no randomness")
            }
            initialized = count
        }
    }

    private func refill() {
        words.withUnsafeMutableBytes { buffer in
            guard RAND_bytes(buffer.baseAddress, Int32(buffer.count)) == 1 else {
                preconditionFailure("RAND_bytes: the system gives no randomness")
            }
        }
        used = 0
    }
}
