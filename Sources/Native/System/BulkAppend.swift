extension [UInt8] {
    /// Appends in one copy: safe Swift would go byte by byte, which costs tens of times more on the hot path.
    package mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
