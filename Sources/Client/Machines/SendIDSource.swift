package import Chat

/// Makes a client's send ids: version 7, each greater than the one before.
///
/// The server knows without a look-up that an id greater than all earlier ones of the person is new, so an id
/// of the same millisecond, or of a clock that went back, follows its predecessor instead of the clock.
package struct SendIDSource: Sendable {
    private var last: SendID?

    package init() {}

    package mutating func next(at now: Timestamp, random: inout some RandomNumberGenerator) -> SendID {
        var id = SendID(at: now, random: &random)
        if let last, id <= last { id = Self.successor(of: last, step: random.next() & 0xffff_ffff) }
        last = id
        return id
    }

    /// A greater id that is no guess for others: by a random step, keeping version and variant.
    private static func successor(of id: SendID, step: UInt64) -> SendID {
        let low = (id.low & 0x3fff_ffff_ffff_ffff) + step + 1
        guard low >> 62 == 0 else {
            // The random part is used up: the time part goes on by a millisecond.
            return SendID(
                high: (id.high >> 16 &+ 1) << 16 | 0x7000, low: 0x8000_0000_0000_0000 | low & 0xffff_ffff)
        }
        return SendID(high: id.high, low: 0x8000_0000_0000_0000 | low)
    }
}
