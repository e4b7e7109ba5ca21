/// SipHash-2-4 of sixteen bytes (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): who does not
/// know the key cannot choose inputs that meet in one place of a table. A value; any thread.
package struct SipHash: Sendable {
    private let first: UInt64
    private let second: UInt64

    package init(key first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The words are the input's bytes, the least significant first.
    package func callAsFunction(_ low: UInt64, _ high: UInt64) -> UInt64 {
        var state = State(first, second)
        state.absorb(low)
        state.absorb(high)
        state.absorb(16 << 56)  // the input's length, in the last byte of the last block
        return state.finish()
    }

    private struct State {
        private var a: UInt64
        private var b: UInt64
        private var c: UInt64
        private var d: UInt64

        init(_ first: UInt64, _ second: UInt64) {
            a = first ^ 0x736f_6d65_7073_6575
            b = second ^ 0x646f_7261_6e64_6f6d
            c = first ^ 0x6c79_6765_6e65_7261
            d = second ^ 0x7465_6462_7974_6573
        }

        mutating func absorb(_ word: UInt64) {
            d ^= word
            round()
            round()
            a ^= word
        }

        mutating func finish() -> UInt64 {
            c ^= 0xff
            for _ in 0..<4 { round() }
            return a ^ b ^ c ^ d
        }

        private mutating func round() {
            a &+= b
            b = Self.turn(b, 13) ^ a
            a = Self.turn(a, 32)
            c &+= d
            d = Self.turn(d, 16) ^ c
            a &+= d
            d = Self.turn(d, 21) ^ a
            c &+= b
            b = Self.turn(b, 17) ^ c
            c = Self.turn(c, 32)
        }

        private static func turn(_ word: UInt64, _ places: UInt64) -> UInt64 {
            word << places | word >> (64 - places)
        }
    }
}
