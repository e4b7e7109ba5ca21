import Glibc

/// Plain reads and writes, for files, pipes and terminals. Sockets have their own (`StreamSocket`), which
/// raise no SIGPIPE.
extension OwnedDescriptor {
    /// Reads once, behind what the buffer already holds. The buffer must have room.
    package borrowing func read(into buffer: IOBuffer) throws(IOError) -> IOResult {
        let number = number
        return try buffer.fill { (free: UnsafeMutableRawBufferPointer) throws(IOError) in
            try SystemCall.performUnlessBlocked("read") { Glibc.read(number, free.baseAddress, free.count) }
        }
    }

    /// Writes once; the kernel may take fewer bytes than offered.
    package borrowing func write(_ bytes: Span<UInt8>) throws(IOError) -> IOResult {
        let number = number
        let written = try bytes.withUnsafeBytes { bytes throws(IOError) in
            try SystemCall.performUnlessBlocked("write") {
                Glibc.write(number, bytes.baseAddress, bytes.count)
            }
        }
        return written.map { IOResult.bytes($0) } ?? .wouldBlock
    }
}
