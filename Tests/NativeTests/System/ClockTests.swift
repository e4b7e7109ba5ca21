import Native
import Testing

struct ClockTests {
    @Test func theMonotonicClockNeverStepsBack() {
        var last = MonotonicClock.now()
        for _ in 0..<10_000 {
            let now = MonotonicClock.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test func instantsAndDurationsAddUp() {
        let instant = Instant(nanoseconds: 1_000_000_000)
        #expect(instant + .milliseconds(1) == Instant(nanoseconds: 1_001_000_000))
        #expect(instant - .seconds(2) == Instant(nanoseconds: -1_000_000_000))
        #expect(instant + .seconds(3) - instant == .seconds(3))
    }

    @Test func theWallClockIsInThisCentury() {
        #expect(WallClock.milliseconds() > 1_700_000_000_000)
        #expect(WallClock.milliseconds() < 4_102_444_800_000)
    }
}
