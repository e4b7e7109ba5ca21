import Testing
import Wire

@Suite struct FrameEncoderTests {
    /// What the decoder makes of it, payload by payload.
    private static func payloads(of bytes: [UInt8], limit: Int) throws -> [[UInt8]] {
        var decoder = FrameDecoder(limit: limit)
        decoder.append(bytes.span)
        var found: [[UInt8]] = []
        while let payload = try decoder.next() { found.append(payload) }
        #expect(decoder.heldBytes == 0)
        return found
    }

    @Test func whatGatheredGoesIntoOneFrame() throws {
        var encoder = FrameEncoder(limit: 100, maxMessages: 10)
        #expect(encoder.isEmpty)
        encoder.append([1, 1])
        encoder.append([2])
        #expect(encoder.count == 7)
        #expect(encoder.finish() == [0, 0, 0, 3, 1, 1, 2])
        #expect(encoder.isEmpty && encoder.finish().isEmpty)
    }

    @Test func aFrameEndsAtItsBytes() throws {
        var encoder = FrameEncoder(limit: 4, maxMessages: 10)
        for message in [[1, 1, 1], [2], [3, 3, 3, 3], [4]] as [[UInt8]] { encoder.append(message) }
        let bytes = encoder.finish()
        #expect(try Self.payloads(of: bytes, limit: 4) == [[1, 1, 1, 2], [3, 3, 3, 3], [4]])
    }

    @Test func aFrameEndsAtItsCountOfMessages() throws {
        var encoder = FrameEncoder(limit: 100, maxMessages: 2)
        for message in 1...5 { encoder.append([UInt8(message)]) }
        #expect(try Self.payloads(of: encoder.finish(), limit: 100) == [[1, 2], [3, 4], [5]])
    }

    @Test func aRaisedLimitHoldsForTheNextMessage() throws {
        var encoder = FrameEncoder(limit: 2, maxMessages: 9)
        encoder.append([1, 1])
        encoder.limit = 8
        encoder.append([2, 2, 2])
        #expect(try Self.payloads(of: encoder.finish(), limit: 8) == [[1, 1, 2, 2, 2]])
    }

    @Test func aMessageThatFitsIntoNoFrameIsOurOwnFault() async {
        await #expect(processExitsWith: .failure) {
            var encoder = FrameEncoder(limit: 2, maxMessages: 9)
            encoder.append([1, 1, 1])
        }
    }
}
