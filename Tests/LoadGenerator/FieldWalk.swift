/// Walks the protobuf fields of a part of some bytes without copying them: a generator that shares a machine
/// with what it measures must cost little.
struct FieldWalk {
    enum Field {
        case number(UInt64)
        case bytes(Range<Int>)
    }

    private let source: [UInt8]
    private var position: Int
    private let end: Int
    /// What the server sent is not what the protocol says.
    private(set) var isMalformed = false

    init(_ source: [UInt8], _ range: Range<Int>) {
        self.source = source
        position = range.lowerBound
        end = range.upperBound
    }

    /// `nil` after the last field, or when the bytes are malformed.
    mutating func next() -> (tag: UInt64, field: Field)? {
        guard position < end else { return nil }
        guard let key = varint() else { return nil }
        switch key & 7 {
        case 0:
            guard let value = varint() else { return nil }
            return (key >> 3, .number(value))
        case 2:
            guard let length = varint(), length <= UInt64(end - position) else { return fail() }
            let start = position
            position += Int(length)
            return (key >> 3, .bytes(start..<position))
        default:
            return fail()
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = source[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        isMalformed = true
        return nil
    }

    private mutating func fail<Result>() -> Result? {
        isMalformed = true
        return nil
    }
}
