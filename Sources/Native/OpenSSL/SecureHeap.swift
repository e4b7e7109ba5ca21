import CLinux
import COpenSSL
import Glibc
import Synchronization

/// The process's memory for secrets (CRYPTO_secure_malloc(3)): one region that is kept out of swap and core
/// dumps, between guard pages, where what is given back is overwritten.
///
/// OpenSSL puts its own there: private numbers of RSA and elliptic curves, keys of HMAC, the state of its
/// random generators. `ErasedBytes` puts there what is left over. OpenSSL fails when it finds no room, so its
/// part is kept free: each connection's TLS holds on to one ephemeral key. Any thread, from `open` on.
package enum SecureHeap {
    package enum Condition: Hashable, Sendable {
        case locked
        /// In use, but not locked: RLIMIT_MEMLOCK (getrlimit(2)) is too small. It may be swapped out.
        case unlocked
        /// The system gave none: secrets lie on the ordinary heap.
        case unavailable
    }

    private static let leastBytes = 4 << 20
    private static let mostBytes = 32 << 20
    private static let leastBlock = 16
    /// What TLS keeps of a connection: an X25519 or P-256 private key.
    private static let bytesOfAConnection = 32
    /// Identity, credential and audit keys, random generators, and one more RSA key while it is made.
    private static let bytesOfTheServer = 256 << 10
    /// For connections' session keys at least.
    private static let sharedBytes = 512 << 10

    /// Up to this use `ErasedBytes` may take; 0 while there is no heap.
    private static let shared = Atomic<Int>(0)
    private static let isLocked = Atomic<Bool>(false)

    /// How large it is made: a power of two, half of what may be locked where that is enough.
    package static func byteCount(connections: Int, lockable: Int) -> Int {
        var count = leastBytes
        while count < reserve(connections) + sharedBytes { count *= 2 }
        while count < mostBytes, count * 4 <= lockable { count *= 2 }
        return count
    }

    /// Once a process, before the first key is made or read; later calls change nothing.
    /// - Parameter connections: as many as there may be at one time.
    @discardableResult
    package static func open(connections: Int = 1_000) -> Condition {
        if CRYPTO_secure_malloc_initialized() == 1 {
            return isLocked.load(ordering: .relaxed) ? .locked : .unlocked
        }
        let count = byteCount(connections: connections, lockable: raiseLimit())
        let result = CRYPTO_secure_malloc_init(count, leastBlock)
        guard result != 0 else { return .unavailable }
        isLocked.store(result == 1, ordering: .relaxed)
        shared.store(count - reserve(connections), ordering: .releasing)
        return result == 1 ? .locked : .unlocked
    }

    private static func reserve(_ connections: Int) -> Int {
        connections * bytesOfAConnection + bytesOfTheServer
    }

    /// Zeroed; `nil` when there is no heap, or what is left of it is OpenSSL's.
    static func take(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
        // Before there is a heap OpenSSL must not even be asked how much of it is used.
        let most = shared.load(ordering: .acquiring)
        guard most > 0, CRYPTO_secure_used() + count <= most else { return nil }
        let place = CRYPTO_secure_zalloc(count, nil, 0)
        if place == nil { ERR_clear_error() }
        return place?.assumingMemoryBound(to: UInt8.self)
    }

    static func giveBack(_ place: UnsafeMutablePointer<UInt8>, _ count: Int) {
        CRYPTO_secure_clear_free(place, count, nil, 0)
    }

    /// The most that is allowed, in bytes.
    private static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(securechat_limit_locked, &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(securechat_limit_locked, &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }
}
