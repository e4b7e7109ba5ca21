package import Chat

/// Something that was seen and goes into the audit log, alone or counted with others of its kind.
package struct SecurityEvent: Hashable, Sendable {
    package let kind: AuditKind
    package let at: Timestamp
    package let actor: AuditParty
    package let subjects: [AuditParty]
    package let details: AuditDetails

    package init(
        _ kind: AuditKind, at: Timestamp, by actor: AuditParty, of subjects: [AuditParty] = [],
        _ details: AuditDetails = [:]
    ) {
        self.kind = kind
        self.at = at
        self.actor = actor
        self.subjects = subjects
        self.details = details
    }
}
