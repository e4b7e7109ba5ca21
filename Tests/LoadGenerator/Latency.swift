import Histogram

/// A distribution of latencies: recorded in microseconds, told in milliseconds.
struct Latency {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)

    mutating func record(nanoseconds: Int64) {
        histogram.record(UInt64(max(0, nanoseconds) / 1_000))
    }

    var summary: LatencySummary {
        LatencySummary(
            count: histogram.totalCount, p50: milliseconds(50), p99: milliseconds(99),
            p999: milliseconds(99.9), max: Double(histogram.max) / 1_000)
    }

    private func milliseconds(_ percentile: Double) -> Double {
        Double(histogram.valueAtPercentile(percentile)) / 1_000
    }
}

/// In milliseconds.
struct LatencySummary: Codable, Hashable, Sendable {
    let count: UInt64
    let p50: Double
    let p99: Double
    let p999: Double
    let max: Double
}
