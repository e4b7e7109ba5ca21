import Native
import Reactor
import Testing

@Suite struct TimerWheelTests {
    private func at(milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    private func fired(_ wheel: inout TimerWheel, at now: Instant) -> [UInt32] {
        var expired: [UInt32] = []
        wheel.advance(to: now, into: &expired)
        return expired.sorted()
    }

    @Test(arguments: [1, 16, 17, 100, 4_000, 4_300, 10_000, 120_000, 1_000_000, 5_000_000] as [Int64])
    func aDeadlineFiresNeverEarlyAndAtMostATickLate(milliseconds: Int64) {
        let start = at(milliseconds: 777_777)
        var wheel = TimerWheel(now: start)
        let deadline = start + .milliseconds(milliseconds)
        wheel.arm(3, at: deadline)
        var now = start
        // Follow the wheel's own word for when to look, as the loop does.
        while let next = wheel.nextExpiry {
            now = max(now, next)
            let expired = fired(&wheel, at: now)
            if !expired.isEmpty {
                #expect(expired == [3])
                break
            }
        }
        #expect(now >= deadline)
        #expect(now.nanoseconds - deadline.nanoseconds <= TimerWheel.tick)
        #expect(wheel.nextExpiry == nil && wheel.armedCount == 0)
    }

    @Test func movingADeadlineLaterAndEarlierKeepsOneEntry() {
        let start = at(milliseconds: 0)
        var wheel = TimerWheel(now: start)
        wheel.arm(0, at: start + .seconds(1))
        wheel.arm(0, at: start + .seconds(120))
        #expect(wheel.armedCount == 1)
        #expect(fired(&wheel, at: start + .seconds(60)) == [])
        wheel.arm(0, at: start + .seconds(61))
        #expect(wheel.armedCount == 1)
        #expect(fired(&wheel, at: start + .seconds(62)) == [0])
        #expect(fired(&wheel, at: start + .seconds(500)) == [])
    }

    @Test func aDisarmedDeadlineDoesNotFire() {
        let start = at(milliseconds: 5)
        var wheel = TimerWheel(now: start)
        for slot in 0..<10 as Range<UInt32> { wheel.arm(slot, at: start + .seconds(2)) }
        wheel.disarm(0)
        wheel.disarm(5)
        wheel.disarm(9)
        wheel.disarm(9)
        wheel.disarm(4_000)
        #expect(fired(&wheel, at: start + .seconds(3)) == [1, 2, 3, 4, 6, 7, 8])
    }

    @Test func aDeadlineInThePastFiresWithTheNextTick() {
        let start = at(milliseconds: 1_000)
        var wheel = TimerWheel(now: start)
        wheel.arm(1, at: at(milliseconds: 0))
        #expect(fired(&wheel, at: start + .milliseconds(17)) == [1])
    }

    @Test func itAgreesWithAPlainListOfDeadlines() {
        var random = SplitMix(state: 42)
        let start = at(milliseconds: 123_456)
        var wheel = TimerWheel(now: start)
        var model: [UInt32: Instant] = [:]
        var now = start
        for _ in 0..<20_000 {
            let slot = UInt32(random.next() % 300)
            switch random.next() % 4 {
            case 0, 1:
                let far = random.next() % 20 == 0 ? 3_000_000 : 30_000 as UInt64
                let deadline = now + .milliseconds(Int64(random.next() % far))
                wheel.arm(slot, at: deadline)
                model[slot] = deadline
            case 2:
                wheel.disarm(slot)
                model[slot] = nil
            default:
                now = now + .milliseconds(Int64(random.next() % (random.next() % 50 == 0 ? 400_000 : 40)))
                let late = now - .nanoseconds(TimerWheel.tick)
                for slot in fired(&wheel, at: now) {
                    let deadline = model.removeValue(forKey: slot)
                    #expect(deadline != nil && deadline! <= now)
                }
                #expect(model.values.allSatisfy { $0 > late })
            }
            #expect(wheel.armedCount == model.count)
        }
    }

    @Test func itHoldsTheDeadlinesOfAHundredThousandConnections() {
        let start = at(milliseconds: 0)
        var wheel = TimerWheel(now: start)
        for slot in 0..<100_000 as Range<UInt32> {
            wheel.arm(slot, at: start + .milliseconds(Int64(slot % 120_000)))
        }
        // Each of them is heard from again and again: its deadline moves, its entry does not.
        for round in 1...5 {
            let later = Duration.seconds(Int64(120 * round))
            for slot in 0..<100_000 as Range<UInt32> { wheel.arm(slot, at: start + later) }
        }
        #expect(wheel.armedCount == 100_000)
        #expect(fired(&wheel, at: start + .seconds(599)) == [])
        #expect(fired(&wheel, at: start + .seconds(601)).count == 100_000)
    }
}

/// A small seeded generator (Steele, Lea and Flood, 2014): the same run every time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
