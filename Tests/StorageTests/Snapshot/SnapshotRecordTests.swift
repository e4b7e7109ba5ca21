import Testing

@testable import Storage

@Suite struct SnapshotRecordTests {
    private let records = [
        SnapshotRecord(database: "sessions", key: [1, 2, 3], value: Array(repeating: 9, count: 300)),
        SnapshotRecord(database: "rates", key: [0], value: []),
    ]

    @Test func recordsPassInPiecesOfAnySize() throws {
        let bytes = records.flatMap(\.encoded)
        for size in [1, 2, 7, 100, bytes.count] {
            var decoder = SnapshotRecordDecoder()
            var found: [SnapshotRecord] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                decoder.add(Array(bytes[start..<min(start + size, bytes.count)]))
                found += try decoder.take()
            }
            #expect(found == records)
            #expect(decoder.isAtEnd)
        }
    }

    @Test func aRecordThatIsCutShortIsLeftOver() throws {
        var decoder = SnapshotRecordDecoder()
        decoder.add(records[0].encoded.dropLast())
        #expect(try decoder.take().isEmpty)
        #expect(!decoder.isAtEnd)
    }

    @Test func aLengthBeyondReasonIsRefused() {
        var decoder = SnapshotRecordDecoder()
        decoder.add([1, 65, 0xff, 0xff, 0xff, 0xff])
        #expect(throws: SnapshotError.self) { try decoder.take() }
    }
}
