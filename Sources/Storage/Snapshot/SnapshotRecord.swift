/// A record of the sessions' file as it stands in a snapshot: the name of its database (a byte for the
/// length, the name), the key and the value (four bytes each for the length, big-endian, and the bytes).
struct SnapshotRecord: Hashable {
    let database: String
    let key: [UInt8]
    let value: [UInt8]

    var encoded: [UInt8] {
        var bytes = [UInt8(database.utf8.count)] + Array(database.utf8)
        for part in [key, value] {
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: part.count >> $0) }
            bytes += part
        }
        return bytes
    }
}

/// Takes records out of the pieces of a part. A value.
struct SnapshotRecordDecoder {
    /// A longer value is none of ours.
    private static let bytesMost = 16 << 20

    private var held: [UInt8] = []

    mutating func add(_ piece: [UInt8]) { held += piece }

    /// Nothing of a record is left over.
    var isAtEnd: Bool { held.isEmpty }

    /// The records that are whole now.
    mutating func take() throws(SnapshotError) -> [SnapshotRecord] {
        var records: [SnapshotRecord] = []
        var place = 0
        while let (record, end) = try record(at: place) {
            records.append(record)
            place = end
        }
        held.removeFirst(place)
        return records
    }

    private func record(at start: Int) throws(SnapshotError) -> (SnapshotRecord, end: Int)? {
        guard start < held.count else { return nil }
        let nameEnd = start + 1 + Int(held[start])
        guard nameEnd <= held.count else { return nil }
        guard let name = String(validating: held[start + 1..<nameEnd], as: UTF8.self) else {
            throw SnapshotError(.damaged, "a record of a database without a name")
        }
        guard let key = try field(at: nameEnd), let value = try field(at: key.end) else { return nil }
        return (
            SnapshotRecord(database: name, key: Array(held[key.range]), value: Array(held[value.range])),
            value.end
        )
    }

    private func field(at start: Int) throws(SnapshotError) -> (range: Range<Int>, end: Int)? {
        guard start + 4 <= held.count else { return nil }
        let count = held[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.bytesMost else { throw SnapshotError(.damaged, "a record too long") }
        guard start + 4 + count <= held.count else { return nil }
        return (start + 4..<start + 4 + count, start + 4 + count)
    }
}
