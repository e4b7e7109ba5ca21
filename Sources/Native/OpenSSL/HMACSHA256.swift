import COpenSSL

/// HMAC with SHA-256 (RFC 2104), for one thread: one instance serves many keys, one after the other. A key is
/// told once, by `use`, and then serves until the next.
///
/// Over OpenSSL's SHA-256 itself and not over its EVP_MAC: that copies two contexts, with an allocation each,
/// for every code, and spreads a key over a dozen cache lines, where the two states after the key's blocks
/// are all that has to be kept. With a thousand connections that is what a short frame's code costs.
///
/// The states are as good as the key: they lie in the `SecureHeap` as long as that has room, and are
/// overwritten.
@safe package struct HMACSHA256: ~Copyable {
    package static let count = 32
    package typealias Value = [32 of UInt8]

    private static let blockCount = 64

    private struct States {
        /// What SHA-256 has come to after the key's block, as inner and as outer key: RFC 2104, section 4.
        var inner = SHA256_CTX().h
        var outer = SHA256_CTX().h
        var running = SHA256_CTX()

        mutating func resume(after state: Chaining) {
            precondition(SHA256_Init(&running) == 1, "SHA256_Init failed")
            running.h = state
            running.Nl = UInt32(HMACSHA256.blockCount * 8)
        }
    }

    private typealias Chaining = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

    private let states: UnsafeMutablePointer<States>
    private let isSecured: Bool
    private var knowsKey = false

    package init() {
        let place = SecureHeap.take(MemoryLayout<States>.size)
        isSecured = place != nil
        states =
            UnsafeMutableRawPointer(place)?.bindMemory(to: States.self, capacity: 1) ?? .allocate(capacity: 1)
        states.initialize(to: States())
    }

    deinit {
        let bytes = UnsafeMutableRawPointer(states).assumingMemoryBound(to: UInt8.self)
        guard !isSecured else { return SecureHeap.giveBack(bytes, MemoryLayout<States>.size) }
        OPENSSL_cleanse(states, MemoryLayout<States>.size)
        states.deallocate()
    }

    /// From now on this is the key.
    package mutating func use(key: Span<UInt8>) {
        precondition(key.count > 0, "HMAC with an empty key")
        var block = [64 of UInt8](repeating: 0)
        if key.count > Self.blockCount {
            let digest = SHA256.digest(key)
            for index in 0..<Self.count { block[index] = digest[index] }
        } else {
            for index in 0..<key.count { block[index] = key[index] }
        }
        states.pointee.inner = begin(with: &block, 0x36)
        states.pointee.outer = begin(with: &block, 0x36 ^ 0x5c)
        var span = block.mutableSpan
        span.withUnsafeMutableBufferPointer { OPENSSL_cleanse($0.baseAddress, $0.count) }
        knowsKey = true
    }

    /// The code of both parts, one behind the other.
    package mutating func code(of part: Span<UInt8>, _ rest: Span<UInt8>) -> Value {
        precondition(knowsKey, "HMAC without a key")
        states.pointee.resume(after: states.pointee.inner)
        update(part)
        update(rest)
        let inner = finish()
        states.pointee.resume(after: states.pointee.outer)
        update(inner.span)
        return finish()
    }

    /// Turns the key's block into the inner or outer one; what SHA-256 has come to after it.
    private func begin(with block: inout [64 of UInt8], _ mask: UInt8) -> Chaining {
        for index in 0..<Self.blockCount { block[index] ^= mask }
        precondition(SHA256_Init(&states.pointee.running) == 1, "SHA256_Init failed")
        update(block.span)
        return states.pointee.running.h
    }

    private func update(_ bytes: Span<UInt8>) {
        let done = bytes.withUnsafeBufferPointer {
            SHA256_Update(&states.pointee.running, $0.baseAddress, $0.count)
        }
        precondition(done == 1, "SHA256_Update failed")
    }

    private func finish() -> Value {
        var value = Value(repeating: 0)
        var span = value.mutableSpan
        let done = span.withUnsafeMutableBufferPointer {
            SHA256_Final($0.baseAddress, &states.pointee.running)
        }
        precondition(done == 1, "SHA256_Final failed")
        return value
    }
}
