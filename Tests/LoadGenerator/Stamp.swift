/// What a message of this generator carries: which run it is of, and when it was due.
///
/// Text, because bodies are: a mark, the run and the moment in hexadecimal digits, then filling.
struct Stamp: Hashable {
    /// Told apart from the runs before, whose late messages must not count.
    let run: UInt32
    /// On the monotonic clock, which is the same for sender and receiver here.
    let dueNanoseconds: Int64

    static let bodyBytes = 200
    private static let mark = UInt8(ascii: "!")

    init(run: UInt32, dueNanoseconds: Int64) {
        self.run = run
        self.dueNanoseconds = dueNanoseconds
    }

    /// The body is the last thing in an event's content.
    init?(in payload: [UInt8], _ content: Range<Int>) {
        guard content.count >= Self.bodyBytes else { return nil }
        let start = content.upperBound - Self.bodyBytes
        guard payload[start] == Self.mark,
            let run = Self.number(payload, start + 1, digits: 8),
            let due = Self.number(payload, start + 9, digits: 16)
        else { return nil }
        self.init(run: UInt32(truncatingIfNeeded: run), dueNanoseconds: Int64(bitPattern: due))
    }

    var body: [UInt8] {
        var bytes = [UInt8](repeating: UInt8(ascii: "."), count: Self.bodyBytes)
        bytes[0] = Self.mark
        Self.write(UInt64(run), into: &bytes, at: 1, digits: 8)
        Self.write(UInt64(bitPattern: dueNanoseconds), into: &bytes, at: 9, digits: 16)
        return bytes
    }

    private static func write(_ value: UInt64, into bytes: inout [UInt8], at start: Int, digits: Int) {
        for index in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - index))) & 15
            bytes[start + index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }

    private static func number(_ bytes: [UInt8], _ start: Int, digits: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<start + digits {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt64(bytes[index] - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt64(bytes[index] - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
