import Chat
import Native

/// How rate limits' buckets stand in state.lmdb: pieces of up to 1,024 records of 18 bytes each, under their
/// number, so that one batch is a few puts whatever the number of buckets. Numbers are big-endian.
enum RateRecords {
    private static let recordsOfAPiece = 1_024
    private static let recordBytes = 18

    /// In the place of all that were kept before.
    static func keep(
        _ records: [RateRecord], in database: LMDBDatabase, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        var stale: [[UInt8]] = []
        try transaction.scan(in: database) { entry in
            stale.append(Array(entry.key))
            return true
        }
        for key in stale { try transaction.delete(key, in: database) }
        var rest = records[...]
        var number: UInt64 = 0
        while !rest.isEmpty {
            var piece: [UInt8] = []
            for record in rest.prefix(recordsOfAPiece) { append(record, to: &piece) }
            var key: [UInt8] = []
            BigEndian.append(number, to: &key)
            try transaction.put(piece, for: key, in: database)
            rest = rest.dropFirst(recordsOfAPiece)
            number += 1
        }
    }

    /// A piece that is not whole is passed over: a bucket too full harms nobody.
    static func find(
        in database: LMDBDatabase, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> [RateRecord] {
        var records: [RateRecord] = []
        try transaction.scan(in: database) { entry in
            let piece = Array(entry.value)
            for start in stride(from: 0, through: piece.count - recordBytes, by: recordBytes) {
                records.append(record(in: piece.span, at: start))
            }
            return true
        }
        return records
    }

    private static func append(_ record: RateRecord, to piece: inout [UInt8]) {
        piece.append(record.kind)
        piece.append(record.level)
        BigEndian.append(UInt64(bitPattern: record.tag), to: &piece)
        BigEndian.append(UInt64(bitPattern: record.fullAt.milliseconds), to: &piece)
    }

    private static func record(in piece: Span<UInt8>, at start: Int) -> RateRecord {
        RateRecord(
            kind: piece[start], level: piece[start + 1],
            tag: Int64(bitPattern: BigEndian.word(in: piece, at: start + 2)),
            fullAt: Timestamp(
                milliseconds: Int64(bitPattern: BigEndian.word(in: piece, at: start + 10))))
    }
}
