import Chat

/// Appends protobuf fields (https://protobuf.dev/programming-guides/encoding/): for the few messages that are
/// encoded so often that they are written straight into their frame's bytes. Fields of the default value are
/// left out, as proto3 has it.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(_ encoded: [UInt8]) { bytes.append(contentsOf: encoded) }

    /// The head of a field that carries `length` bytes.
    mutating func head(_ number: UInt64, length: Int) {
        varint(number << 3 | 2)
        varint(UInt64(length))
    }

    mutating func field(_ number: UInt64, _ value: UInt64) {
        guard value != 0 else { return }
        varint(number << 3)
        varint(value)
    }

    mutating func field(_ number: UInt64, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        head(number, length: value.count)
        bytes.append(contentsOf: value)
    }

    mutating func field(_ number: UInt64, _ text: String) {
        guard !text.isEmpty else { return }
        head(number, length: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func field<Subject>(_ number: UInt64, _ id: Identifier<Subject>) {
        head(number, length: 16)
        id.append(to: &bytes)
    }

    mutating func field(_ number: UInt64, _ digest: Digest) {
        head(number, length: 32)
        digest.append(to: &bytes)
    }

    // MARK: sizes, for heads that come before what they measure

    static func size(ofVarint value: UInt64) -> Int {
        max(1, (UInt64.bitWidth - value.leadingZeroBitCount + 6) / 7)
    }

    /// Of a varint field with a number below 16; none when the value is 0.
    static func size(ofField value: UInt64) -> Int { value == 0 ? 0 : 1 + size(ofVarint: value) }

    /// Of a field with a number below 16 that carries so many bytes; none when it carries none.
    static func size(ofBytes count: Int) -> Int { count == 0 ? 0 : 1 + size(ofVarint: UInt64(count)) + count }
}
