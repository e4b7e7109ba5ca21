import Testing
import Wire

@Suite struct FrameDecoderTests {
    private static let payloads: [[UInt8]] = [[1], [2, 2], Array(repeating: 3, count: 300), [4, 4, 4, 4]]
    private static let stream: [UInt8] = payloads.reduce(into: []) { stream, payload in
        stream += [0, 0, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
    }

    private static func drain(_ decoder: inout FrameDecoder) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        while let payload = try decoder.next() { found.append(payload) }
        return found
    }

    @Test func aStreamSplitAnywhereGivesTheSameFrames() throws {
        for cut in 0...Self.stream.count {
            var decoder = FrameDecoder(limit: 300)
            decoder.append(Array(Self.stream[..<cut]).span)
            var found = try Self.drain(&decoder)
            decoder.append(Array(Self.stream[cut...]).span)
            found += try Self.drain(&decoder)
            #expect(found == Self.payloads, "split at \(cut)")
            #expect(decoder.heldBytes == 0)
        }
    }

    @Test func aStreamByteByByteGivesTheSameFrames() throws {
        var decoder = FrameDecoder(limit: 300)
        var found: [[UInt8]] = []
        for byte in Self.stream {
            decoder.append([byte].span)
            found += try Self.drain(&decoder)
        }
        #expect(found == Self.payloads)
    }

    @Test func framesNotYetAskedForAreKeptInOrder() throws {
        var decoder = FrameDecoder(limit: 300)
        decoder.append(Self.stream.span)
        #expect(try decoder.next() == [1])
        decoder.append(Self.stream.span)
        #expect(try Self.drain(&decoder) == Self.payloads.dropFirst() + Self.payloads)
    }

    @Test func aLengthAboveTheLimitIsRefusedBeforeAnythingIsKept() {
        var decoder = FrameDecoder(limit: 100)
        decoder.append(([0, 0, 0, 101] + Array(repeating: 0, count: 5_000)).span)
        #expect(decoder.heldBytes == 0)
        #expect(throws: FrameError.tooLarge(length: 101, limit: 100)) { try decoder.next() }
        decoder.append([0, 0, 0, 1, 1].span)
        #expect(decoder.heldBytes == 0)
        #expect(throws: FrameError.tooLarge(length: 101, limit: 100)) { try decoder.next() }
    }

    @Test func fourGigabytesAreRefusedAtTheFourthByte() {
        var decoder = FrameDecoder(limit: 1_048_576)
        decoder.append([255, 255, 255].span)
        #expect(throws: Never.self) { try decoder.next() }
        decoder.append([255].span)
        #expect(throws: FrameError.tooLarge(length: 4_294_967_295, limit: 1_048_576)) { try decoder.next() }
    }

    @Test func halfAFrameCostsOnlyWhatArrived() throws {
        var decoder = FrameDecoder(limit: 1_048_576)
        decoder.append([0, 15, 255, 255, 1, 2, 3].span)
        #expect(try decoder.next() == nil)
        #expect(decoder.heldBytes == 7)
    }

    @Test func aFrameOfExactlyTheLimitIsTaken() throws {
        var decoder = FrameDecoder(limit: 3)
        decoder.append([0, 0, 0, 3, 7, 8, 9].span)
        #expect(try decoder.next() == [7, 8, 9])
    }

    @Test func anEmptyFrameIsRefused() {
        var decoder = FrameDecoder(limit: 3)
        decoder.append([0, 0, 0, 0].span)
        #expect(throws: FrameError.empty) { try decoder.next() }
    }

    @Test func aRaisedLimitHoldsForTheNextFrame() throws {
        var decoder = FrameDecoder(limit: 2)
        decoder.append([0, 0, 0, 2, 1, 1, 0, 0, 0, 3, 1, 1, 1].span)
        #expect(try decoder.next() == [1, 1])
        decoder.limit = 3
        #expect(try decoder.next() == [1, 1, 1])
    }

    @Test func aBadFrameBehindGoodOnesDoesNotSpoilThem() throws {
        var decoder = FrameDecoder(limit: 2)
        decoder.append([0, 0, 0, 1, 9, 0, 0, 0, 3].span)
        #expect(try decoder.next() == [9])
        #expect(throws: FrameError.tooLarge(length: 3, limit: 2)) { try decoder.next() }
    }
}
