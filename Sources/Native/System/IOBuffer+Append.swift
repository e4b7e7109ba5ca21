extension IOBuffer {
    /// Fills from memory instead of from a descriptor; the bytes must fit.
    package func append(_ bytes: Span<UInt8>) throws(IOError) {
        guard !bytes.isEmpty else { return }
        _ = try fill { (free: UnsafeMutableRawBufferPointer) throws(IOError) in
            precondition(bytes.count <= free.count, "IOBuffer.append: the bytes do not fit")
            bytes.withUnsafeBytes { free.copyMemory(from: $0) }
            return bytes.count
        }
    }
}
