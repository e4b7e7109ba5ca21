import Chat

/// Erases what the log tells of one party, a bounded transaction at a time, so that others get in between.
///
/// That it is done, and to how many entries, is entered before the first of them: a crash leaves an entry
/// that says too much, never an erasure that nothing tells of. Whoever is not sure asks again. A value, on
/// the thread of the log that it is given.
struct AuditErasing {
    private let party: AuditParty
    /// Entries with details when it began, and the last of them all; `nil` before.
    private var found: (count: Int, last: UInt64)?
    private var place: UInt64 = 0

    init(of party: AuditParty) { self.party = party }

    /// Entries whose details were erased.
    private(set) var count = 0

    /// - Returns: whether more is to be done.
    mutating func step(_ log: AuditLog, now: Timestamp) throws(StorageError) -> Bool {
        guard let found else {
            try begin(log, now: now)
            return true
        }
        let done = try log.erase(party, after: place, through: found.last)
        count += done.erased
        guard let last = done.last else { return false }
        place = last
        return true
    }

    private mutating func begin(_ log: AuditLog, now: Timestamp) throws(StorageError) {
        let (count, last) = (try log.erasable(party), log.last)
        if count > 0 {
            var random = SystemRandomNumberGenerator()
            let record = AuditRecord(
                at: now, .detailsErased, by: .operations, of: [party], ["count": .number(Int64(count))],
                random: &random)
            try log.append([record], at: now)
        }
        found = (count, last)
    }
}
