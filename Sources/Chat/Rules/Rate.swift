/// So much in so long: a bucket that holds `amount` and is filled again, evenly, within `period`.
///
/// The bucket itself is one number, the moment at which it will be full again (the theoretical arrival time
/// of the generic cell rate algorithm, ITU-T I.371): what is taken moves that moment away, time brings it
/// nearer. Pure arithmetic; moments are nanoseconds of a clock that does not step.
package struct Rate: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// The bucket is full again at `fullAt`.
        case granted(fullAt: Int64)
        /// Nothing was taken. The same may be taken once `nanoseconds` have passed, if nobody else takes.
        case refused(nanoseconds: Int64)
    }

    /// What the bucket holds; 0 for no limit.
    package var amount: Int
    package let period: Duration

    package static let mostAmount = 1 << 40
    /// Debts are no longer than this many periods, so that no arithmetic overflows.
    private static let mostPeriods = 1_024

    /// - Parameter period: from a second to a day.
    package init(_ amount: Int, per period: Duration) {
        precondition((0...Self.mostAmount).contains(amount), "Rate: \(amount) is no amount")
        precondition(period >= .seconds(1) && period <= .seconds(86_400), "Rate: \(period) is no period")
        self.amount = amount
        self.period = period
    }

    package var isLimited: Bool { amount > 0 }

    /// The same period, and `factor` times as much.
    package func widened(by factor: Int) -> Rate { Rate(min(amount * factor, Self.mostAmount), per: period) }

    /// Takes `cost` of a bucket that is full at `fullAt`.
    ///
    /// What costs more than the bucket holds is granted only by a full one, which then owes the rest.
    package func take(_ cost: Int, from fullAt: Int64, at now: Int64) -> Verdict {
        guard isLimited else { return .granted(fullAt: fullAt) }
        let start = max(fullAt, now)
        let next = start + nanoseconds(for: cost)
        let depth = periodNanoseconds
        if next - now <= depth || start == now { return .granted(fullAt: next) }
        return .refused(nanoseconds: cost > amount ? start - now : next - now - depth)
    }

    /// How long the bucket takes to get `cost` back.
    package func nanoseconds(for cost: Int) -> Int64 {
        guard isLimited else { return 0 }
        let bounded = min(max(cost, 0), amount * Self.mostPeriods)
        let product = Int64(bounded).multipliedFullWidth(by: periodNanoseconds)
        return Int64(amount).dividingFullWidth(product).quotient
    }

    package var periodNanoseconds: Int64 {
        let (seconds, attoseconds) = period.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
