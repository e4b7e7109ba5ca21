import Testing

@testable import Native

@Suite struct ZstdTests {
    private func compressed(_ pieces: [[UInt8]]) throws -> [UInt8] {
        var compressor = try ZstdCompressor()
        var frame: [UInt8] = []
        for piece in pieces { frame += try compressor.add(piece) }
        return try frame + compressor.finish()
    }

    /// - Parameter size: how much of the frame is handed in at a time.
    private func decompressed(_ frame: [UInt8], _ size: Int) throws -> (bytes: [UInt8], isFinished: Bool) {
        var decompressor = try ZstdDecompressor()
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: frame.count, by: size) {
            decompressor.add(Array(frame[start..<min(start + size, frame.count)]))
            while let piece = try decompressor.next() { bytes += piece }
        }
        return (bytes, decompressor.isFinished)
    }

    @Test(arguments: [0, 1, 100, 131_072, 1_000_003])
    func whatGoesInComesOut(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let frame = try compressed([Array(bytes.prefix(count / 3)), Array(bytes.dropFirst(count / 3))])
        for size in [frame.count, 4_096, 7] where count < 10_000 || size > 7 {
            let found = try decompressed(frame, size)
            #expect(found.bytes == bytes && found.isFinished)
        }
    }

    /// A few bytes that become many are handed out in pieces.
    @Test func aBombIsTakenInPieces() throws {
        let frame = try compressed([[UInt8](repeating: 0, count: 64 << 20)])
        #expect(frame.count < 100_000)
        var decompressor = try ZstdDecompressor()
        decompressor.add(frame)
        var (total, greatest) = (0, 0)
        while let piece = try decompressor.next() {
            total += piece.count
            greatest = max(greatest, piece.count)
        }
        #expect(total == 64 << 20)
        #expect(greatest <= 1 << 20)
    }

    @Test func aFrameThatIsCutShortIsNotFinished() throws {
        let frame = try compressed([Array("a hundred words".utf8)])
        for count in 0..<frame.count {
            #expect(try !decompressed(Array(frame.prefix(count)), 5).isFinished)
        }
    }

    /// The frame has a checksum; some bits of its head mean nothing.
    @Test func noFlippedBitChangesWhatComesOut() throws {
        let bytes = Array("what somebody said, and said again, and said again".utf8)
        let frame = try compressed([bytes])
        for place in frame.indices {
            var changed = frame
            changed[place] ^= 1
            let found = try? decompressed(changed, frame.count)
            #expect(found?.isFinished != true || found?.bytes == bytes, "byte \(place)")
        }
    }

    @Test func nothingMayFollow() throws {
        let frame = try compressed([[1, 2, 3]])
        #expect(throws: ZstdError.self) { try decompressed(frame + [0], frame.count + 1) }
    }
}
