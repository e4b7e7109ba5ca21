/// Words as eight bytes, the most significant first.
///
/// Inlined into other modules, as are the conversions of identifiers and digests: they run several times for
/// each event stored, sent or read, and an unspecialised one costs fifty times as much.
package enum BigEndian {
    @inlinable package static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }

    /// The eight bytes from this place on, which are there.
    package static func word(in bytes: Span<UInt8>, at place: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in place..<place + 8 { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// The next eight bytes, which are there.
    @inlinable package static func word(from bytes: inout some IteratorProtocol<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        for _ in 0..<8 { word = word << 8 | UInt64(bytes.next() ?? 0) }
        return word
    }
}
