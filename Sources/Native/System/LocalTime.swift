import Glibc

extension WallClock {
    /// How far the local time of the person at this machine is ahead of UTC at that moment (localtime(3)).
    package static func localOffset(atMilliseconds milliseconds: Int64) -> Duration {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return .zero }
        return .seconds(parts.tm_gmtoff)
    }
}
