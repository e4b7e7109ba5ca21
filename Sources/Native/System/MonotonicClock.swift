import Glibc

/// The clock that never steps (CLOCK_MONOTONIC, clock_gettime(2)): deadlines and durations.
package enum MonotonicClock {
    package static func now() -> Instant {
        Instant(nanoseconds: readClock(CLOCK_MONOTONIC))
    }
}

/// The time of day (CLOCK_REALTIME), which may step: for what people read, never for deadlines.
package enum WallClock {
    /// Since 1970-01-01 00:00 UTC.
    package static func milliseconds() -> Int64 {
        readClock(CLOCK_REALTIME) / 1_000_000
    }
}

private func readClock(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    precondition(clock_gettime(clock, &time) == 0, "Linux always has this clock")
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
