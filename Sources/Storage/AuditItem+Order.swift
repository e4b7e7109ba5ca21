import Chat

extension AuditItem {
    /// Both lists are in order; each checkpoint goes behind the last entry that it covers.
    static func ordered(_ entries: [AuditEntry], _ checkpoints: [AuditCheckpoint]) -> [AuditItem] {
        var items: [AuditItem] = []
        items.reserveCapacity(entries.count + checkpoints.count)
        var rest = checkpoints[...]
        for entry in entries {
            while let next = rest.first, next.sequence < entry.sequence {
                items.append(.checkpoint(next))
                rest.removeFirst()
            }
            items.append(.entry(entry))
        }
        return items + rest.map { .checkpoint($0) }
    }
}
