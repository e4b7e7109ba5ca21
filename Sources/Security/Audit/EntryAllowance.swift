package import Chat
import Native

/// How many entries strangers may cause: so many at once, and one more each `refill`.
///
/// A value; knows no clock. One that was set back gives nothing and takes nothing.
package struct EntryAllowance: Sendable {
    private let most: Int
    private let refill: Duration
    private var left: Int
    /// Up to here `left` is filled up.
    private var filledAt: Timestamp?

    package init(most: Int, refill: Duration) {
        self.most = most
        self.refill = refill
        left = most
    }

    /// - Returns: whether there was one left.
    package mutating func take(at now: Timestamp) -> Bool {
        fill(at: now)
        guard left > 0 else { return false }
        left -= 1
        return true
    }

    private mutating func fill(at now: Timestamp) {
        guard let filledAt, now >= filledAt, left < most else {
            filledAt = now
            return
        }
        let step = refill.wholeNanoseconds / 1_000_000
        let added = (now.milliseconds - filledAt.milliseconds) / step
        left = Int(min(Int64(most), Int64(left) + added))
        self.filledAt = filledAt.advanced(by: .milliseconds(added * step))
    }
}
