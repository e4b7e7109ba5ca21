/// A rate limit's bucket that is not full, as it is stored: so that a restart refills nothing. A value.
package struct RateRecord: Hashable, Sendable {
    /// Which kind of bucket, how wide, and the keyed hash of whose: the numbers are the rate limiter's.
    package let kind: UInt8
    package let level: UInt8
    package let tag: Int64
    /// When it will be full again, by the wall clock, which is all that outlives a machine's restart.
    package let fullAt: Timestamp

    package init(kind: UInt8, level: UInt8, tag: Int64, fullAt: Timestamp) {
        self.kind = kind
        self.level = level
        self.tag = tag
        self.fullAt = fullAt
    }
}
