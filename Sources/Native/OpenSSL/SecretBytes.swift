import COpenSSL
import Glibc

/// A secret of fixed size: on pages of its own that are kept out of swap and core dumps where the system
/// allows it, and overwritten before they are given back.
///
/// Costs at least one page of locked memory (RLIMIT_MEMLOCK), so it is for the few and long-lived. Not copied
/// by accident; immutable, so it may be read from any thread.
@safe package struct SecretBytes: ~Copyable, @unchecked Sendable {
    package let count: Int
    private let pages: UnsafeMutableRawPointer
    private let pageBytes: Int

    /// `fill` writes the secret where it will stay, so that no second copy is made.
    package init<Failure: Error>(
        count: Int, fill: (inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(count > 0, "an empty secret")
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        pageBytes = (count + page - 1) / page * page
        let mapped = mmap(nil, pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped, mapped != MAP_FAILED else {
            preconditionFailure("mmap: out of memory for a secret")
        }
        // Best effort: an unprivileged process may lock only so much.
        _ = mlock(mapped, pageBytes)
        _ = madvise(mapped, pageBytes, Int32(MADV_DONTDUMP))
        pages = mapped
        self.count = count
        let bytes = mapped.assumingMemoryBound(to: UInt8.self)
        var span = MutableSpan(_unsafeStart: bytes, count: count)
        try fill(&span)
    }

    /// A copy; the caller erases the original if it was a secret too.
    package init(copying bytes: Span<UInt8>) {
        self.init(count: bytes.count) { destination in
            for index in 0..<bytes.count { destination[index] = bytes[index] }
        }
    }

    package static func random(count: Int) -> SecretBytes {
        SecretBytes(count: count) { destination in
            destination.withUnsafeMutableBufferPointer { bytes in
                guard RAND_priv_bytes(bytes.baseAddress, Int32(bytes.count)) == 1 else {
                    preconditionFailure("RAND_priv_bytes: the system gives no randomness")
                }
            }
        }
    }

    deinit {
        OPENSSL_cleanse(pages, pageBytes)
        munmap(pages, pageBytes)
    }

    package var span: Span<UInt8> {
        @_lifetime(borrow self) get {
            let span = Span<UInt8>(_unsafeStart: pages.assumingMemoryBound(to: UInt8.self), count: count)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: pages.assumingMemoryBound(to: UInt8.self), count: count))
    }
}
