import Native
import Testing

@testable import Server

@Suite struct HousekeepingTests {
    private let start = Instant(nanoseconds: 0)

    @Test func ticketKeysAndSessionsAreSeenToEveryHour() {
        var housekeeping = Housekeeping(now: start)
        let round: [Housekeeping.Chore] = [.goRound]
        #expect(housekeeping.due(at: start + .seconds(3_599), connections: 0) == round)
        let hourly: [Housekeeping.Chore] = [
            .rotateTicketKeys, .rotateAccessTokenKeys, .forgetExpiredSessions,
        ]
        #expect(housekeeping.due(at: start + .seconds(3_601), connections: 0) == hourly)
        #expect(housekeeping.due(at: start + .seconds(3_606), connections: 0) == round)
        #expect(housekeeping.due(at: start + .seconds(7_201), connections: 0) == round + hourly)
    }

    @Test func whatIsDoneEveryFewSecondsIsNotDoneAtEachLook() {
        var housekeeping = Housekeeping(now: start)
        let rounds = (1...20).filter { second in
            housekeeping.due(at: start + .seconds(second), connections: 0).contains(.goRound)
        }
        #expect(rounds == [5, 10, 15, 20])
    }

    @Test func memoryIsReturnedOnceAWaveHasEbbed() {
        var housekeeping = Housekeeping(now: start)
        let due = [0, 5_000, 2_501, 2_500, 100, 600, 100, 90].map { connections in
            housekeeping.due(at: start, connections: connections)
        }
        let memory: [Housekeeping.Chore] = [.returnMemory]
        #expect(due == [[], [], [], memory, memory, [], memory, []])
    }
}
