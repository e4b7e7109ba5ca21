package import Chat
package import Native

/// Something that was seen and goes into the audit log, alone or counted with others of its kind.
package struct SecurityEvent: Hashable, Sendable {
    package let kind: AuditKind
    package let at: Timestamp
    package let actor: AuditParty
    package let subjects: [AuditParty]
    /// All but the address.
    package let details: AuditDetails
    /// From where it came. Apart from the details, because whoever holds a network of version 6 has as many
    /// addresses as they like.
    package let address: IPAddress?
    /// The name that somebody gave and nobody has proved. Never entered as it is.
    package let claimedName: String?

    package init(
        _ kind: AuditKind, at: Timestamp, by actor: AuditParty, of subjects: [AuditParty] = [],
        _ details: AuditDetails = [:], from address: IPAddress? = nil, claimedName: String? = nil
    ) {
        self.kind = kind
        self.at = at
        self.actor = actor
        self.subjects = subjects
        self.details = details
        self.address = address
        self.claimedName = claimedName
    }

    /// What the entry says beside who and what.
    package var entered: AuditDetails {
        guard let address else { return details }
        return details.followed(by: ["address": .text("\(address)")])
    }

    /// The name is this person's.
    package func claimed(by person: Person) -> SecurityEvent {
        var details = details
        details.append("user", .text(person.name.displayed))
        return SecurityEvent(
            kind, at: at, by: actor, of: subjects + [.person(person.id)], details, from: address)
    }

    /// The name is nobody's, or it is not known whose.
    package func withoutName(isUnknown: Bool) -> SecurityEvent {
        var details = details
        if isUnknown { details.append("unknown_user", .flag(true)) }
        return SecurityEvent(kind, at: at, by: actor, of: subjects, details, from: address)
    }
}
