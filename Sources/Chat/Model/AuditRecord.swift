/// Something to be entered into the audit log: what it is and of whom, before it has a place in the chain.
package struct AuditRecord: Hashable, Sendable {
    /// What keeps a record that is handed over twice from being entered twice.
    package let id: AuditRecordID
    package let at: Timestamp
    /// An `AuditKind`'s name; text, because another version of this program may have written it.
    package let kind: String
    /// An `AuditParty`'s text.
    package let actor: String
    package let subjects: [String]
    /// An `AuditDetails`' JSON.
    package let details: [UInt8]

    package init(
        id: AuditRecordID, at: Timestamp, kind: String, actor: String, subjects: [String], details: [UInt8]
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.actor = actor
        self.subjects = subjects
        self.details = details
    }

    package init(
        at: Timestamp, _ kind: AuditKind, by actor: AuditParty, of subjects: [AuditParty],
        _ details: AuditDetails, random: inout some RandomNumberGenerator
    ) {
        self.init(
            id: AuditRecordID(at: at, random: &random), at: at, kind: kind.rawValue, actor: actor.text,
            subjects: subjects.map(\.text), details: details.json)
    }
}

package typealias AuditRecordID = Identifier<AuditRecord>
