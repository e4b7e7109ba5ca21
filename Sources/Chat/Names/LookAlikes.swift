/// Who has which looks: names under what they are taken for at a glance. A value, used by its owner's thread.
///
/// Several may share one look: what was named before the rule, or by a newer table, keeps its name.
struct LookAlikes<Subject: Sendable> {
    private var owners: [String: [Identifier<Subject>]] = [:]

    mutating func add(_ name: Name, of owner: Identifier<Subject>) {
        for look in name.looks where owners[look]?.contains(owner) != true {
            owners[look, default: []].append(owner)
        }
    }

    mutating func remove(_ name: Name, of owner: Identifier<Subject>) {
        for look in name.looks {
            owners[look]?.removeAll { $0 == owner }
            if owners[look]?.isEmpty == true { owners[look] = nil }
        }
    }

    func contains(_ name: Name, besides owner: Identifier<Subject>?) -> Bool {
        name.looks.contains { look in owners[look]?.contains { $0 != owner } == true }
    }
}
