/// An opaque, immutable identifier of 128 bits, told apart by what it names.
///
/// The server makes version 7 identifiers (RFC 9562, section 5.7), so that they sort by the time they were
/// made. Identifiers that clients make may be any 128 bits; theirs are best made the same way.
package struct Identifier<Subject>: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    @inlinable package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable package static var least: Self { Self(high: 0, low: 0) }
    @inlinable package static var greatest: Self { Self(high: .max, low: .max) }

    /// A version 7 identifier of the given moment.
    package init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(clamping: now.milliseconds)
        high = milliseconds << 16 | 0x7000 | random.next() & 0x0fff
        low = 0x8000_0000_0000_0000 | random.next() & 0x3fff_ffff_ffff_ffff
    }

    /// Sixteen bytes, the most significant first; `nil` for any other number of them.
    @inlinable package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var rest = bytes.makeIterator()
        self.init(high: BigEndian.word(from: &rest), low: BigEndian.word(from: &rest))
    }

    /// As above, for what every message brings: without a generic iterator, which costs more than the rest.
    package init?(bytes: Span<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(high: BigEndian.word(in: bytes, at: 0), low: BigEndian.word(in: bytes, at: 8))
    }

    /// The form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, in either case.
    package init?(text: some StringProtocol) {
        var digits: [UInt8] = []
        for (index, character) in text.utf8.enumerated() {
            let isHyphenPlace = index == 8 || index == 13 || index == 18 || index == 23
            if isHyphenPlace {
                guard character == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Character(UnicodeScalar(character)).hexDigitValue, index < 36 else {
                    return nil
                }
                digits.append(UInt8(digit))
            }
        }
        guard digits.count == 32 else { return nil }
        self.init(bytes: stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    @inlinable package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        append(to: &bytes)
        return bytes
    }

    @inlinable package func append(to bytes: inout [UInt8]) {
        BigEndian.append(high, to: &bytes)
        BigEndian.append(low, to: &bytes)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

extension Identifier: CustomStringConvertible {
    package var description: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append("-") }
            text.append(byte < 16 ? "0" : "")
            text.append(String(byte, radix: 16))
        }
        return text
    }
}

package typealias PersonID = Identifier<Person>
package typealias RoomID = Identifier<Room>
package typealias EventID = Identifier<Event>
/// What a client calls its own send, unique per person: the key of idempotent sending (promise G3).
package typealias SendID = Identifier<SendMessage>
