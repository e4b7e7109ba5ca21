/// Walks the fields of an encoded protobuf message without decoding them
/// (https://protobuf.dev/programming-guides/encoding/): for what must be known before a message is decoded.
struct FieldReader {
    enum Field: Hashable {
        case varint(number: UInt64, value: UInt64)
        /// Where the bytes stand in what is read.
        case bytes(number: UInt64, Range<Int>)
        /// Of a fixed width: skipped.
        case fixed(number: UInt64)
        case end
    }

    let source: [UInt8]
    private(set) var position: Int
    private let end: Int

    init(_ source: [UInt8], in range: Range<Int>? = nil) {
        self.source = source
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? source.count
    }

    var remaining: Int { end - position }

    mutating func next() throws(FrameError) -> Field {
        guard position < end else { return .end }
        let tag = try varint()
        let number = tag >> 3
        guard number > 0, tag <= UInt64(UInt32.max) else { throw .malformed }
        switch tag & 7 {
        case 0: return .varint(number: number, value: try varint())
        case 1: return try skip(8, number)
        case 2: return .bytes(number: number, try lengthDelimited())
        case 5: return try skip(4, number)
        default: throw .malformed  // Groups, which proto3 does not have, and two types that do not exist.
        }
    }

    private mutating func varint() throws(FrameError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < end else { throw .malformed }
            let byte = source[position]
            position += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || byte <= 1 else { throw .malformed }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed
    }

    private mutating func lengthDelimited() throws(FrameError) -> Range<Int> {
        let length = try varint()
        guard length <= UInt64(remaining) else { throw .malformed }
        let first = position
        position += Int(length)
        return first..<position
    }

    private mutating func skip(_ count: Int, _ number: UInt64) throws(FrameError) -> Field {
        guard remaining >= count else { throw .malformed }
        position += count
        return .fixed(number: number)
    }
}
