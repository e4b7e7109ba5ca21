import Chat
import Client
import Testing
import Wire

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

    /// A deadline that is past and stays so would have the loop run for ever.
    @Test func whileNothingIsSentNoTimerWaitsForIt() {
        for holdsBack in [{ $0.machine.congested() }, { $0.say(.draining(reconnectAfter: .seconds(9))) }]
            as [(ScriptedServer) -> Void]
        {
            let server = ScriptedServer()
            server.begin()
            holdsBack(server)
            server.machine.noteRead(hall, through: 7, now: .zero)
            server.machine.timerFired(now: .seconds(3))
            server.settle()
            #expect(server.takeHeard().isEmpty)
            #expect(server.machine.deadline.map { $0 > .seconds(3) } ?? true)
        }
    }

    @Test func whatWasReadIsToldInTimeAndAtTheEnd() {
        let server = ScriptedServer()
        server.begin()
        _ = server.takeHeard()
        server.machine.noteRead(hall, through: 7, now: .zero)
        server.advance(to: .seconds(2))
        #expect(marks(server.takeHeard()) == [7])
        server.machine.noteRead(hall, through: 8, now: .seconds(2))
        server.machine.leave(now: .seconds(2))
        server.settle()
        #expect(marks(server.takeHeard()) == [8])
    }

    @Test func whoHidesSaysSoFirstAfterEachLogin() {
        let server = ScriptedServer()
        server.begin()
        _ = server.machine.perform(.setPresence(.offline), now: .zero)
        server.settle()
        server.cut()
        _ = server.takeHeard()
        server.advanceToDeadline()
        server.letIn()
        guard case .request(.setPresence(.offline))? = requests(server.takeHeard()).first else {
            Issue.record("something else was asked first")
            return
        }
    }

    private func requests(_ heard: [ScriptedServer.Heard]) -> [ClientMessage] {
        heard.map(\.message).filter { if case .request = $0 { true } else { false } }
    }

    private func marks(_ heard: [ScriptedServer.Heard]) -> [UInt64] {
        requests(heard).compactMap { message in
            if case .request(.command(.markRead(_, let sequence))) = message { sequence } else { nil }
        }
    }

    private func mark(_ room: RoomID, _ sequence: UInt64) -> Readings.Mark {
        Readings.Mark(room: room, sequence: sequence)
    }

    private func position(_ room: RoomID, _ sequence: UInt64) -> ReadPosition {
        ReadPosition(room: room, sequence: sequence, unread: 0, mentions: 0)
    }
}
