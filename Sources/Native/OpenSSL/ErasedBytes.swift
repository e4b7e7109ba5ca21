import COpenSSL

/// A secret of one connection: overwritten when its last owner lets go of it. Immutable; any thread.
///
/// In the `SecureHeap` as long as that has room, else on the ordinary heap, which may be swapped out.
@safe package final class ErasedBytes: @unchecked Sendable {
    package let count: Int
    /// Whether it lies in the `SecureHeap`.
    package let isSecured: Bool
    private let bytes: UnsafeMutablePointer<UInt8>

    /// `fill` writes the secret where it will stay.
    package init(count: Int, fill: (inout MutableSpan<UInt8>) -> Void) {
        precondition(count > 0, "an empty secret")
        self.count = count
        if let place = SecureHeap.take(count) {
            (bytes, isSecured) = (place, true)
        } else {
            (bytes, isSecured) = (.allocate(capacity: count), false)
            bytes.initialize(repeating: 0, count: count)
        }
        var span = MutableSpan(_unsafeStart: bytes, count: count)
        fill(&span)
    }

    /// A copy; the caller erases the original if it was a secret too.
    package convenience init(copying source: Span<UInt8>) {
        self.init(count: source.count) { destination in
            for index in 0..<source.count { destination[index] = source[index] }
        }
    }

    /// A copy of a part, with a life of its own.
    package func part(_ range: Range<Int>) -> ErasedBytes { ErasedBytes(copying: span.extracting(range)) }

    deinit {
        guard !isSecured else { return SecureHeap.giveBack(bytes, count) }
        OPENSSL_cleanse(bytes, count)
        bytes.deallocate()
    }

    package var span: Span<UInt8> {
        @_lifetime(borrow self) get {
            let span = Span<UInt8>(_unsafeStart: bytes, count: count)
            return _overrideLifetime(span, borrowing: self)
        }
    }
}
