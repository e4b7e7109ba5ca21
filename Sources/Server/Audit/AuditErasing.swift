import Chat

/// Erases what the log tells of one party, a bounded piece at a time, so that others get in between: first it
/// counts, then it has that entered, then it erases.
///
/// That it is done, and to how many entries, is entered before the first of them: a crash leaves an entry
/// that says too much, never an erasure that nothing tells of. Whoever is not sure asks again. A value, on
/// the thread of the log that it is given.
struct AuditErasing {
    private enum Phase {
        case counting
        case erasing
    }

    private let party: AuditParty
    private var phase = Phase.counting
    /// The end of the log when it began; `nil` before.
    private var last: UInt64?
    /// Behind what it goes on.
    private var place: UInt64 = 0
    /// Entries with details that were found.
    private var found = 0

    init(of party: AuditParty) { self.party = party }

    /// Entries whose details were erased.
    private(set) var count = 0

    /// - Returns: whether more is to be done.
    mutating func step(_ log: AuditLog, now: Timestamp) throws(StorageError) -> Bool {
        let last = last ?? log.last
        self.last = last
        let end = log.stepEnd(after: place, through: last)
        switch phase {
        case .counting: found += try log.erasable(party, after: place, through: end)
        case .erasing: count += try log.erase(party, after: place, through: end)
        }
        place = end
        if end < last { return true }
        guard phase == .counting, found > 0 else { return false }
        try enter(in: log, now: now)
        (phase, place) = (.erasing, 0)
        return true
    }

    private func enter(in log: AuditLog, now: Timestamp) throws(StorageError) {
        var random = SystemRandomNumberGenerator()
        let record = AuditRecord(
            at: now, .detailsErased, by: .operations, of: [party], ["count": .number(Int64(found))],
            random: &random)
        try log.append([record], at: now)
    }
}
