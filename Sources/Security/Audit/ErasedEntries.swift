import Chat

/// Entries without details, against those that tell of an erasure: who can write a log could else take
/// details away unnoticed, since their digest stays.
///
/// An erasure takes all that the log held of one party, so it explains every entry with that party before it.
/// Needs memory for one place of each set of parties.
struct ErasedEntries {
    /// The first entry that nothing explains yet, by its parties.
    private var unexplained: [Set<String>: UInt64] = [:]

    /// The first that nothing in the log explains.
    var first: UInt64? { unexplained.values.min() }

    mutating func take(_ entry: AuditEntry, at place: UInt64) {
        let isErasure = entry.kind == AuditKind.detailsErased.rawValue
        if isErasure {
            for subject in entry.subjects { unexplained = unexplained.filter { !$0.key.contains(subject) } }
        }
        guard entry.content == nil else { return }
        // What an erasure itself says is never erased: nothing explains it.
        let parties = isErasure ? [] : Set(entry.subjects).union([entry.actor])
        unexplained[parties] = unexplained[parties] ?? place
    }
}
