import Chat

/// What a receipt says of a person's deletion: an id, and no name. A value.
package struct DeletedPerson: Codable, Hashable, Sendable {
    package let id: String
    /// Milliseconds since 1970.
    package let begunAt: Int64
    package let finishedAt: Int64
    private let counts: [String: Int]

    init(_ deletion: PersonDeletion, finishedAt: Timestamp) {
        id = deletion.person.description
        begunAt = deletion.begunAt.milliseconds
        self.finishedAt = finishedAt.milliseconds
        counts = Dictionary(
            uniqueKeysWithValues: DeletedCounts.Kind.allCases.map { ($0.rawValue, deletion.counts[$0]) })
    }

    /// How many of each kind were erased, in the kinds' own order.
    package var erased: [(kind: String, count: Int)] {
        DeletedCounts.Kind.allCases.map { ($0.rawValue, counts[$0.rawValue] ?? 0) }
    }
}
