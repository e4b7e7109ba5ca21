import Testing
import Wire

@Suite struct FrameMessagesTests {
    private static func all(_ payload: [UInt8], maxMessages: Int = 10) throws -> [[UInt8]] {
        var messages = FrameMessages(payload: payload, maxMessages: maxMessages)
        var found: [[UInt8]] = []
        while let message = try messages.next() { found.append(message) }
        return found
    }

    @Test func messagesAreCutOutInOrder() throws {
        #expect(try Self.all([0x0a, 2, 7, 7, 0x0a, 0, 0x0a, 1, 9]) == [[7, 7], [], [9]])
    }

    @Test func fieldsOfANewerVersionArePassedOver() throws {
        let varint: [UInt8] = [0x10, 0x96, 0x01]
        let fixed64: [UInt8] = [0x19, 1, 2, 3, 4, 5, 6, 7, 8]
        let bytes: [UInt8] = [0x22, 2, 5, 5]
        let fixed32: [UInt8] = [0x2d, 1, 2, 3, 4]
        #expect(
            try Self.all(varint + [0x0a, 1, 9] + fixed64 + bytes + fixed32 + [0x0a, 1, 8]) == [[9], [8]])
    }

    @Test func moreMessagesThanAllowedAreRefusedAtTheFirstTooMany() throws {
        let payload = (0..<22).map { $0 % 2 == 0 ? UInt8(0x0a) : 0 }
        #expect(throws: FrameError.tooManyMessages(limit: 10)) { try Self.all(payload) }
        #expect(try Self.all(Array(payload.dropLast(2))).count == 10)
    }

    @Test(
        arguments: [
            [0x0a], [0x0a, 1], [0x0a, 0x80], [0x00, 1], [0x0b], [0x0c], [0x0e], [0x0f], [0x09, 1, 2],
            [0x0d, 1],
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ] as [[UInt8]])
    func whatIsNoSequenceOfFieldsIsRefused(payload: [UInt8]) {
        #expect(throws: FrameError.malformed) { try Self.all(payload) }
    }
}
