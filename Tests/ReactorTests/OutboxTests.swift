import Native
import Reactor
import Testing

@Suite struct OutboxTests {
    private let policy = Outbox.Policy(
        limit: 100, stallMark: 75, patience: .seconds(10), congestionPatience: .seconds(20))
    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }
    private func bytes(_ count: Int, _ value: UInt8 = 7) -> [UInt8] {
        [UInt8](repeating: value, count: count)
    }

    private func put(_ more: [UInt8], in outbox: inout Outbox, at second: Int64) -> Bool {
        outbox.append(more.span, policy: policy, now: at(second))
    }

    private func pending(_ outbox: Outbox) -> [UInt8] {
        outbox.withPending { span in (0..<span.count).map { span[$0] } }
    }

    @Test func itKeepsTheOrderOverPartialWrites() {
        var outbox = Outbox()
        var expected: [UInt8] = []
        var sent: [UInt8] = []
        for round in 0..<50 {
            let more = bytes(round % 7 + 1, UInt8(round))
            #expect(put(more, in: &outbox, at: 0))
            expected += more
            let take = min(round % 5, outbox.count)
            sent += pending(outbox).prefix(take)
            outbox.taken(take, policy: policy, now: at(0))
            if outbox.count > 60 {
                sent += pending(outbox)
                outbox.taken(outbox.count, policy: policy, now: at(0))
            }
        }
        #expect(sent + pending(outbox) == expected)
    }

    @Test func itIsCongestedAboveTheMarkUntilItFallsBelow() {
        var outbox = Outbox()
        #expect(put(bytes(75), in: &outbox, at: 0))
        #expect(!outbox.isCongested)
        #expect(put(bytes(1), in: &outbox, at: 0))
        #expect(outbox.isCongested)
        outbox.taken(1, policy: policy, now: at(1))
        #expect(!outbox.isCongested)
    }

    @Test func itHoldsNeverMoreThanTheLimitAndOneAppend() {
        var outbox = Outbox()
        #expect(put(bytes(100), in: &outbox, at: 0))
        #expect(put(bytes(30), in: &outbox, at: 0))
        #expect(!put(bytes(1), in: &outbox, at: 0))
        #expect(outbox.count == 130)
    }

    @Test func itTakesAllOrNothing() {
        var outbox = Outbox()
        #expect(put(bytes(101, 1), in: &outbox, at: 0))
        #expect(!put(bytes(5, 2), in: &outbox, at: 0))
        #expect(pending(outbox) == bytes(101, 1))
    }

    @Test func aBacklogThatStandsStillHasADeadline() {
        var outbox = Outbox()
        #expect(outbox.deadline(policy) == nil)
        #expect(put(bytes(10), in: &outbox, at: 5))
        #expect(put(bytes(10), in: &outbox, at: 9))
        #expect(outbox.deadline(policy) == at(15))
        outbox.taken(1, policy: policy, now: at(12))
        #expect(outbox.deadline(policy) == at(22))
        outbox.taken(19, policy: policy, now: at(13))
        #expect(outbox.deadline(policy) == nil)
    }

    @Test func congestionHasADeadlineThatDrippingDoesNotMove() {
        var outbox = Outbox()
        #expect(put(bytes(100), in: &outbox, at: 5))
        for second in 6..<18 { outbox.taken(1, policy: policy, now: at(Int64(second))) }
        #expect(outbox.deadline(policy) == at(25))
    }
}
