package import Chat

/// Something that was seen and goes into the audit log, alone or counted with others of its kind.
package struct SecurityEvent: Hashable, Sendable {
    package let kind: AuditKind
    package let at: Timestamp
    package let actor: AuditParty
    package let subjects: [AuditParty]
    package let details: AuditDetails
    /// The name that somebody gave and nobody has proved. Never entered as it is.
    package let claimedName: String?

    package init(
        _ kind: AuditKind, at: Timestamp, by actor: AuditParty, of subjects: [AuditParty] = [],
        _ details: AuditDetails = [:], claimedName: String? = nil
    ) {
        self.kind = kind
        self.at = at
        self.actor = actor
        self.subjects = subjects
        self.details = details
        self.claimedName = claimedName
    }

    /// The name is this person's.
    package func claimed(by person: Person) -> SecurityEvent {
        var details = details
        details.append("user", .text(person.name.displayed))
        return SecurityEvent(kind, at: at, by: actor, of: subjects + [.person(person.id)], details)
    }

    /// The name is nobody's, or it is not known whose.
    package func withoutName(isUnknown: Bool) -> SecurityEvent {
        var details = details
        if isUnknown { details.append("unknown_user", .flag(true)) }
        return SecurityEvent(kind, at: at, by: actor, of: subjects, details)
    }
}
