/// A SHA-256 digest, held as four words so that it is copied and compared without allocating.
package struct Digest: Hashable, Sendable {
    @usableFromInline let words: (UInt64, UInt64, UInt64, UInt64)

    /// The link before a room's first event.
    package static let zero = Digest(words: (0, 0, 0, 0))

    @usableFromInline init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Thirty-two bytes; `nil` for any other number of them.
    @inlinable package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var rest = bytes.makeIterator()
        self.init(
            words: (
                BigEndian.word(from: &rest), BigEndian.word(from: &rest), BigEndian.word(from: &rest),
                BigEndian.word(from: &rest)
            ))
    }

    /// As above, for what every message brings.
    package init?(bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init(
            words: (
                BigEndian.word(in: bytes, at: 0), BigEndian.word(in: bytes, at: 8),
                BigEndian.word(in: bytes, at: 16), BigEndian.word(in: bytes, at: 24)
            ))
    }

    @inlinable package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    @inlinable package func append(to bytes: inout [UInt8]) {
        BigEndian.append(words.0, to: &bytes)
        BigEndian.append(words.1, to: &bytes)
        BigEndian.append(words.2, to: &bytes)
        BigEndian.append(words.3, to: &bytes)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2
            && left.words.3 == right.words.3
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension Digest: CustomStringConvertible {
    package var description: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
