/// A record in its place in the audit log's chain (docs/audit.md, "Entries").
package struct AuditEntry: Hashable, Sendable {
    /// What may be erased: the salt goes with the details, so that they cannot be guessed from their digest.
    package struct Content: Hashable, Sendable {
        package let salt: Salt
        package let details: [UInt8]

        package init(salt: Salt, details: [UInt8]) {
            self.salt = salt
            self.details = details
        }
    }

    /// 1, 2, 3 … without a gap.
    package let sequence: UInt64
    package let id: AuditRecordID
    package let at: Timestamp
    package let kind: String
    package let actor: String
    package let subjects: [String]
    /// `nil` once erased.
    package let content: Content?
    package let detailsDigest: Digest
    /// The chain up to and including this entry.
    package let link: Digest

    package init(
        sequence: UInt64, id: AuditRecordID, at: Timestamp, kind: String, actor: String, subjects: [String],
        content: Content?, detailsDigest: Digest, link: Digest
    ) {
        self.sequence = sequence
        self.id = id
        self.at = at
        self.kind = kind
        self.actor = actor
        self.subjects = subjects
        self.content = content
        self.detailsDigest = detailsDigest
        self.link = link
    }
}
