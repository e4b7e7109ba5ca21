package import Chat

/// The end of an audit log: what the next entry is linked to, and what the next checkpoint covers.
///
/// A value, so that a step that could not be stored is forgotten by keeping the one before.
package struct AuditLedger<Hash: Hashing>: Sendable {
    package let log: AuditLogID
    package private(set) var sequence: UInt64
    package private(set) var link: Digest
    /// Of the last checkpoint; 0 before the first.
    package private(set) var checkpoint: UInt64
    private var marks: [UInt8] = []
    private let hashing: Hash

    /// An empty log, or one that ends with this checkpoint.
    package init(log: AuditLogID, after checkpoint: AuditCheckpoint?, hashing: Hash) {
        self.log = log
        self.hashing = hashing
        sequence = checkpoint?.sequence ?? 0
        link = checkpoint?.link ?? AuditChain.genesis(of: log, hashing: hashing)
        self.checkpoint = checkpoint?.number ?? 0
    }

    /// Entries that no checkpoint covers.
    package var uncovered: Int { marks.count / AuditChain.markBytes }

    /// Gives a record its place. Every entry needs another salt.
    package mutating func append(_ record: AuditRecord, salt: Salt) -> AuditEntry {
        let content = AuditEntry.Content(salt: salt, details: record.details)
        let draft = AuditEntry(
            sequence: sequence + 1, id: record.id, at: record.at, kind: record.kind, actor: record.actor,
            subjects: record.subjects, content: content,
            detailsDigest: AuditChain.detailsDigest(content, hashing: hashing), link: .zero)
        return place(draft)
    }

    /// Takes an entry that is stored already. False, and nothing taken, when it does not follow.
    package mutating func take(_ entry: AuditEntry) -> Bool {
        guard entry.sequence == sequence + 1 else { return false }
        if let content = entry.content {
            guard AuditChain.detailsDigest(content, hashing: hashing) == entry.detailsDigest else {
                return false
            }
        }
        var next = self
        guard next.place(entry).link == entry.link else { return false }
        self = next
        return true
    }

    /// A checkpoint over everything so far.
    package mutating func sign(
        at now: Timestamp, key: Digest, _ sign: ([UInt8]) -> [UInt8]
    ) -> AuditCheckpoint {
        precondition(uncovered > 0, "AuditLedger: nothing to sign")
        checkpoint += 1
        let form = AuditChain.signedForm(
            log: log, number: checkpoint, sequence: sequence, at: now, link: link,
            marksDigest: hashing.sha256(marks))
        let made = AuditCheckpoint(
            number: checkpoint, sequence: sequence, at: now, link: link, marks: marks, key: key,
            signature: sign(form))
        marks = []
        return made
    }

    private mutating func place(_ entry: AuditEntry) -> AuditEntry {
        let body = AuditChain.bodyDigest(of: entry, hashing: hashing)
        sequence += 1
        link = AuditChain.link(after: link, sequence: sequence, body: body, hashing: hashing)
        marks += AuditChain.mark(of: body)
        return AuditEntry(
            sequence: sequence, id: entry.id, at: entry.at, kind: entry.kind, actor: entry.actor,
            subjects: entry.subjects, content: entry.content, detailsDigest: entry.detailsDigest, link: link)
    }
}
