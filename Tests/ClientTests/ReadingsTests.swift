import Chat
import Client
import Testing

/// What the server is told of reading: not too often, and all of it in the end.
@Suite struct ReadingsTests {
    private let hall = RoomID(high: 1, low: 1)
    private let bridge = RoomID(high: 1, low: 2)

    @Test func manyMessagesAreOneMark() {
        var readings = Readings()
        #expect(readings.due == nil)
        for sequence in 1...9 as ClosedRange<UInt64> {
            readings.note(hall, through: sequence, now: .seconds(1))
        }
        readings.note(hall, through: 4, now: .seconds(1))
        #expect(readings.due == .seconds(1))
        var late = Readings()
        late.note(hall, through: 1, now: .seconds(1), delay: .seconds(1))
        #expect(late.due == .seconds(2))
        #expect(readings.take(now: .seconds(1)) == [mark(hall, 9)])
        readings.note(hall, through: 12, now: .seconds(2))
        readings.note(bridge, through: 3, now: .seconds(2))
        #expect(readings.take(now: .seconds(2)) == [])
        #expect(readings.due == .seconds(3))
        #expect(readings.take(now: .seconds(3)) == [mark(hall, 12), mark(bridge, 3)])
        #expect(readings.due == nil)
    }

    @Test func whatTheServerKnowsIsNotTold() {
        var readings = Readings()
        readings.note(hall, through: 9, now: .zero)
        readings.learned(position(hall, 20))
        #expect(readings.take(now: .zero) == [])
        readings.note(hall, through: 20, now: .zero)
        #expect(readings.due == nil)
        readings.note(hall, through: 21, now: .zero)
        #expect(readings.take(now: .zero) == [mark(hall, 21)])
    }

    @Test func whatWasNotAnsweredIsToldAgain() {
        var readings = Readings()
        readings.note(hall, through: 9, now: .zero)
        readings.note(bridge, through: 2, now: .zero)
        #expect(readings.takeAll() == [mark(hall, 9), mark(bridge, 2)])
        readings.learned(position(bridge, 2))
        readings.note(hall, through: 9, now: .zero)
        #expect(readings.takeAll() == [], "it is under way")
        readings.connectionLost()
        #expect(readings.takeAll() == [mark(hall, 9)])
        readings.refused(hall, retryAt: .seconds(9))
        #expect(readings.take(now: .seconds(8)) == [])
        #expect(readings.take(now: .seconds(9)) == [mark(hall, 9)])
        readings.refused(hall)
        readings.connectionLost()
        #expect(readings.takeAll() == [])
    }

    private func mark(_ room: RoomID, _ sequence: UInt64) -> Readings.Mark {
        Readings.Mark(room: room, sequence: sequence)
    }

    private func position(_ room: RoomID, _ sequence: UInt64) -> ReadPosition {
        ReadPosition(room: room, sequence: sequence, unread: 0, mentions: 0)
    }
}
