import Native
import Security

/// Sums up for the log what the rate limits refused: a line a minute at most, however many it were.
///
/// Used by the process's first thread.
struct RateReport {
    private static let interval = Duration.seconds(60)

    private var last: Instant
    private var told: [Int]

    init(now: Instant) {
        last = now
        told = RateLimiter.Counter.allCases.map { _ in 0 }
    }

    /// What happened since the last line; `nil` while there is nothing to say, or it is not time yet.
    mutating func line(_ rates: RateLimiter, now: Instant) -> String? {
        guard now - last >= Self.interval else { return nil }
        let seconds = (now - last).components.seconds
        last = now
        let totals = RateLimiter.Counter.allCases.map { rates.total(of: $0) }
        let parts = RateLimiter.Counter.allCases.compactMap { counter -> String? in
            let count = totals[counter.rawValue] - told[counter.rawValue]
            return count > 0 ? "\(count) \(counter.words)" : nil
        }
        told = totals
        return parts.isEmpty ? nil : "in \(seconds) seconds: " + parts.joined(separator: ", ")
    }
}

extension RateLimiter.Counter {
    fileprivate var words: String {
        switch self {
        case .refusedConnections: "connections over their address's limit"
        case .refusedHandshakes: "handshakes over their address's limit"
        case .failedLogins: "failed logins"
        case .refusedLogins: "logins over a limit"
        case .refusedRequests: "requests over a limit"
        }
    }
}
