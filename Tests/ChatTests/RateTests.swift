import Chat
import Testing

/// The arithmetic of one bucket, at moments that the test chooses.
@Suite struct RateTests {
    private let second: Int64 = 1_000_000_000

    private func taken(_ rate: Rate, _ cost: Int, _ fullAt: inout Int64, at now: Int64) -> Bool {
        guard case .granted(let next) = rate.take(cost, from: fullAt, at: now) else { return false }
        fullAt = next
        return true
    }

    @Test func aFullBucketGivesItsAmountAtOnceAndThenWhatTimeBringsBack() {
        let rate = Rate(60, per: .seconds(60))
        var fullAt: Int64 = 0
        let granted = (0..<100).count { _ in taken(rate, 1, &fullAt, at: 5 * second) }
        #expect(granted == 60)
        #expect(rate.take(1, from: fullAt, at: 5 * second) == .refused(nanoseconds: second))
        let later = (0..<100).count { _ in taken(rate, 1, &fullAt, at: 15 * second) }
        #expect(later == 10)
    }

    @Test func whatIsRefusedIsGrantedOnceItHasWaitedAsLongAsItWasTold() {
        let rate = Rate(7, per: .seconds(60))
        var fullAt: Int64 = 0
        var now: Int64 = second
        for cost in [3, 2, 2, 5, 1, 7, 4, 6, 1, 1, 1, 3] {
            if case .refused(let wait) = rate.take(cost, from: fullAt, at: now) {
                #expect(wait > 0)
                #expect(rate.take(cost, from: fullAt, at: now + wait - 1) == .refused(nanoseconds: 1))
                now += wait
            }
            #expect(taken(rate, cost, &fullAt, at: now))
        }
    }

    @Test func overAnyWhileNoMoreIsGrantedThanTheAmountAndWhatTheWhileBrings() {
        let rate = Rate(10, per: .seconds(10))
        var fullAt: Int64 = 0
        var moments: [Int64] = []
        var state: UInt64 = 1
        var now = second
        for _ in 0..<5_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            now += Int64(state >> 33) % (second / 2)
            if taken(rate, 1, &fullAt, at: now) { moments.append(now) }
        }
        #expect(moments.count > 500)
        for (index, start) in moments.enumerated() {
            let within = moments[index...].prefix { $0 - start < 20 * second }.count
            #expect(within <= 10 + 20)
        }
    }

    @Test func whatIsMoreThanTheBucketHoldsIsGrantedByAFullOneThatThenOwesTheRest() {
        let rate = Rate(10, per: .seconds(10))
        var fullAt: Int64 = 0
        #expect(taken(rate, 25, &fullAt, at: second))
        #expect(fullAt == 26 * second)
        #expect(rate.take(1, from: fullAt, at: second) == .refused(nanoseconds: 16 * second))
        #expect(rate.take(25, from: fullAt, at: 25 * second) == .refused(nanoseconds: second))
        #expect(taken(rate, 25, &fullAt, at: 26 * second))
    }

    @Test func anAmountOfNoneIsNoLimit() {
        let rate = Rate(0, per: .seconds(60))
        #expect(rate.take(1_000_000, from: 7, at: 3) == .granted(fullAt: 7))
    }

    @Test func theGreatestAmountsAndCostsOverflowNothing() {
        let wide = Rate(Rate.mostAmount, per: .seconds(86_400)).widened(by: 4_096)
        #expect(wide.amount == Rate.mostAmount)
        #expect(wide.nanoseconds(for: .max) > 0)
        let narrow = Rate(1, per: .seconds(86_400))
        #expect(narrow.nanoseconds(for: .max) == 1_024 * 86_400 * second)
    }

    @Test func theStandardLimitsAreLimits() {
        let rates = RateLimits()
        #expect(rates.isEnabled)
        let all = [
            rates.connectionsOfAnAddress, rates.handshakesOfAnAddress, rates.loginsOfAnAddress,
            rates.loginsOfAnAccount, rates.loginsOfADevice, rates.messagesOfAnAccount, rates.bytesOfAnAccount,
            rates.readsOfAnAccount, rates.messagesOfARoom, rates.bytesOfARoom, rates.messagesOfAConnection,
            rates.bytesOfAConnection, rates.readsOfAConnection,
        ]
        #expect(all.allSatisfy { $0.isLimited })
        // A connection has no more than its account, and that no more than its room.
        #expect(rates.messagesOfAConnection.amount <= rates.messagesOfAnAccount.amount)
        #expect(rates.messagesOfAnAccount.amount <= rates.messagesOfARoom.amount)
        #expect(rates.bytesOfAConnection.amount >= Limits.standard.bodyBytes)
    }
}
