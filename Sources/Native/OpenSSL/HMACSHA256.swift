import COpenSSL

/// HMAC with SHA-256 (RFC 2104), for one thread: one instance serves many keys, one after the other. A key is
/// told once, by `use`, and then serves until the next.
///
/// Over OpenSSL's SHA-256 itself and not over its EVP_MAC: that copies two contexts, with an allocation each,
/// for every code, and spreads a key over a dozen cache lines, where the two states after the key's blocks
/// are all that has to be kept. With a thousand connections that is what a short frame's code costs.
@safe package struct HMACSHA256: ~Copyable {
    package static let count = 32
    package typealias Value = [32 of UInt8]

    private static let blockCount = 64

    /// After the key's block, as inner and as outer key: RFC 2104, section 4.
    private struct States {
        var inner = SHA256_CTX()
        var outer = SHA256_CTX()
        var running = SHA256_CTX()
    }

    private let states: UnsafeMutablePointer<States>
    private var knowsKey = false

    package init() {
        states = .allocate(capacity: 1)
        states.initialize(to: States())
    }

    deinit {
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
        Self.begin(&states.pointee.inner, with: &block, 0x36)
        Self.begin(&states.pointee.outer, with: &block, 0x36 ^ 0x5c)
        var span = block.mutableSpan
        span.withUnsafeMutableBufferPointer { OPENSSL_cleanse($0.baseAddress, $0.count) }
        knowsKey = true
    }

    /// The code of both parts, one behind the other.
    package mutating func code(of part: Span<UInt8>, _ rest: Span<UInt8>) -> Value {
        precondition(knowsKey, "HMAC without a key")
        var value = Value(repeating: 0)
        states.pointee.running = states.pointee.inner
        Self.update(&states.pointee.running, part)
        Self.update(&states.pointee.running, rest)
        Self.finish(&states.pointee.running, &value)
        states.pointee.running = states.pointee.outer
        Self.update(&states.pointee.running, value.span)
        Self.finish(&states.pointee.running, &value)
        return value
    }

    /// Turns the key's block into the inner or outer one, and hashes it.
    private static func begin(_ state: inout SHA256_CTX, with block: inout [64 of UInt8], _ mask: UInt8) {
        for index in 0..<blockCount { block[index] ^= mask }
        precondition(SHA256_Init(&state) == 1, "SHA256_Init failed")
        update(&state, block.span)
    }

    private static func update(_ state: inout SHA256_CTX, _ bytes: Span<UInt8>) {
        let done = bytes.withUnsafeBufferPointer { SHA256_Update(&state, $0.baseAddress, $0.count) }
        precondition(done == 1, "SHA256_Update failed")
    }

    private static func finish(_ state: inout SHA256_CTX, _ value: inout Value) {
        var span = value.mutableSpan
        let done = span.withUnsafeMutableBufferPointer { SHA256_Final($0.baseAddress, &state) }
        precondition(done == 1, "SHA256_Final failed")
    }
}
