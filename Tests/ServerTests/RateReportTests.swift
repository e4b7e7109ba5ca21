import Chat
import Native
import Security
import Testing

@testable import Server

@Suite struct RateReportTests {
    @Test func aMillionFailuresAreALineAMinute() throws {
        let rates = RateLimiter(RateLimits(), key: SipHash(key: 1, 2))
        let start = Instant(nanoseconds: 0)
        var report = RateReport(now: start)
        for _ in 0..<1_000_000 { rates.count(.failedLogins) }
        rates.count(.refusedConnections)
        var lines: [String] = []
        for second in 1...179 {
            if let line = report.line(rates, now: start + .seconds(second)) { lines.append(line) }
        }
        #expect(
            lines == [
                "in 60 seconds: 1 connections over their address's limit, 1000000 failed logins"
            ])
    }
}
