/// A fixed piece of heap memory that the kernel reads into: filled from the front, emptied as a whole.
///
/// Owned by one thread. It is a class so that a loop can share one among all its connections; the memory goes
/// back with the last reference.
@safe
package final class IOBuffer {
    /// In bytes.
    package let capacity: Int
    /// How many bytes, from the front, are filled.
    package private(set) var count = 0

    private let storage: UnsafeMutableRawBufferPointer

    package init(capacity: Int) {
        precondition(capacity > 0, "an IOBuffer holds at least one byte")
        self.capacity = capacity
        storage = .allocate(byteCount: capacity, alignment: 16)
        // Whatever the kernel does not overwrite must not be another owner's old secret.
        _ = storage.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        storage.deallocate()
    }

    package var isFull: Bool { count == capacity }

    /// The filled part. Its bytes change with the next read into this buffer.
    package var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let filled = UnsafeBufferPointer(rebasing: storage.bindMemory(to: UInt8.self)[..<count])
            return _overrideLifetime(Span(_unsafeElements: filled), borrowing: self)
        }
    }

    /// Forgets the filled part; the bytes stay in memory until the next read.
    package func clear() {
        count = 0
    }

    /// Lets `call` write behind the filled part. It answers how many bytes it wrote, nil for "would block".
    func fill(
        _ call: (UnsafeMutableRawBufferPointer) throws(IOError) -> Int?
    ) throws(IOError) -> IOResult {
        precondition(!isFull, "IOBuffer is full: the reader did not clear it")
        guard let written = try call(UnsafeMutableRawBufferPointer(rebasing: storage[count...])) else {
            return .wouldBlock
        }
        precondition(written <= capacity - count, "a read overran its IOBuffer")
        count += written
        return written == 0 ? .endOfFile : .bytes(written)
    }
}
