import Chat

/// When the next snapshot is due by itself. A value; asked by the process's first thread.
struct SnapshotSchedule {
    /// After one that could not be made, or was not whole.
    private static let retry = Duration.seconds(3_600)

    private let interval: Duration
    private var newest: Timestamp?
    private var notBefore: Timestamp?

    /// - Parameter newest: when the newest one was made; `nil` when there is none.
    init(every interval: Duration, newest: Timestamp?) {
        self.interval = interval
        self.newest = newest
    }

    /// A clock that was set back does not put it off.
    func isDue(at now: Timestamp) -> Bool {
        if let notBefore, now < notBefore, now.advanced(by: Self.retry) >= notBefore { return false }
        guard let newest else { return true }
        return now >= newest.advanced(by: interval) || newest > now.advanced(by: interval)
    }

    mutating func wasMade(at now: Timestamp) { (newest, notBefore) = (now, nil) }
    mutating func failed(at now: Timestamp) { notBefore = now.advanced(by: Self.retry) }
}
