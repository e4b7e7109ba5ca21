/// A moment of the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Later than any other.
    package static let never = Timestamp(milliseconds: .max)

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Negative to an earlier one.
    package func interval(to other: Timestamp) -> Duration {
        .milliseconds(other.milliseconds) - .milliseconds(milliseconds)
    }

    package func advanced(by duration: Duration) -> Timestamp {
        let parts = duration.components
        return Timestamp(
            milliseconds: milliseconds + parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000)
    }
}
