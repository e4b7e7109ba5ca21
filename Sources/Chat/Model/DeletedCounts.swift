/// How much of what was erased with a person.
package struct DeletedCounts: Hashable, Sendable {
    /// The names are stored, and stand in receipts: they never change.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case messages
        case edits
        case reactions
        /// What the history said of them: joining, leaving, roles, sanctions, invitations.
        case mentions
        /// Rooms that were told.
        case rooms
        case passwords
        case factors = "second_factors"
        case identities
        case links
        /// By them and of them.
        case blocks
        /// Devices, keys and links to set a password.
        case sessions
        case auditEntries = "audit_entries"
    }

    private var numbers: [Kind: Int] = [:]

    package init() {}

    package subscript(kind: Kind) -> Int {
        get { numbers[kind] ?? 0 }
        set { numbers[kind] = newValue == 0 ? nil : newValue }
    }
}
