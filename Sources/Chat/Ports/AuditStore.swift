/// The audit log as its only writer sees it. Used on the audit writer's thread alone.
package protocol AuditStore: AnyObject {
    /// Which log this is: one that is begun anew has another id.
    var log: AuditLogID { get }

    /// Where the log ends. Called once, before the first append.
    func load() throws(StorageError) -> StoredAudit

    /// Those of these records that are entered already.
    func entered(_ ids: [AuditRecordID]) throws(StorageError) -> Set<AuditRecordID>

    /// Stores all of it in one synced transaction.
    /// - Throws: `.full` when nothing was stored and the store is as it was; after any other error the
    ///   outcome is not known and the store refuses everything.
    func append(_ batch: AuditBatch) throws(StorageError)

    /// How many entries have this subject or actor, and details to erase: `details_erased` has none.
    func erasable(party: String) throws(StorageError) -> Int

    /// Erases details and salt of the entries that have this subject or actor, in one synced transaction:
    /// looks at `most` of them, from the one behind `sequence` up to and including `last`. They are
    /// overwritten where they stand. Throws as `append` does.
    func erase(
        party: String, after sequence: UInt64, through last: UInt64, most: Int
    ) throws(StorageError) -> AuditErasure

    /// Takes what was erased out of the store's other files too, such as a log of its writes.
    /// - Throws: `.locked` when a reader holds it up: ask again.
    func forget() throws(StorageError)
}

/// What one step of erasing has done.
package struct AuditErasure: Hashable, Sendable {
    /// Entries that had details.
    package let erased: Int
    /// The last entry that it looked at; `nil` when there was none left.
    package let last: UInt64?

    package init(erased: Int, last: UInt64?) {
        self.erased = erased
        self.last = last
    }
}

/// Reads of the audit log, from any thread; each sees one moment.
package protocol AuditReader: Sendable {
    /// What follows the cursor in order, each checkpoint behind the last entry that it covers: at most
    /// `maxEntries` entries, and no further one once `maxBytes` of details are reached.
    func items(after cursor: AuditCursor, maxEntries: Int, maxBytes: Int) throws(StorageError) -> [AuditItem]

    /// The last entry; 0 in an empty log.
    func lastSequence() throws(StorageError) -> UInt64
}

/// How far a reader has come.
package struct AuditCursor: Hashable, Sendable {
    package var sequence: UInt64
    package var checkpoint: UInt64

    package static let start = AuditCursor(sequence: 0, checkpoint: 0)

    package init(sequence: UInt64, checkpoint: UInt64) {
        self.sequence = sequence
        self.checkpoint = checkpoint
    }

    package mutating func pass(_ item: AuditItem) {
        switch item {
        case .entry(let entry): sequence = entry.sequence
        case .checkpoint(let passed): checkpoint = passed.number
        }
    }
}

package enum AuditItem: Hashable, Sendable {
    case entry(AuditEntry)
    case checkpoint(AuditCheckpoint)
}

/// One step of the log.
package struct AuditBatch: Hashable, Sendable {
    package var entries: [AuditTailEntry]
    /// The last of them covers all entries up to and including these: what vouched for the tail is forgotten
    /// with it.
    package var checkpoints: [AuditCheckpoint]

    package init(entries: [AuditTailEntry], checkpoint: AuditCheckpoint? = nil) {
        self.entries = entries
        checkpoints = checkpoint.map { [$0] } ?? []
    }
}

/// An entry that no checkpoint covers yet, with the code that vouches for it until then.
package struct AuditTailEntry: Hashable, Sendable {
    package let entry: AuditEntry
    package let code: Digest

    package init(entry: AuditEntry, code: Digest) {
        self.entry = entry
        self.code = code
    }
}

/// Where a stored log ends.
package struct StoredAudit: Hashable, Sendable {
    package let checkpoint: AuditCheckpoint?
    /// The link of the entry that the checkpoint names, as that entry has it; zero without a checkpoint,
    /// `nil` when the entry is gone.
    package let coveredLink: Digest?
    /// The entries behind the checkpoint, in order; one whose code is gone has a code of zeros.
    package let tail: [AuditTailEntry]

    package init(checkpoint: AuditCheckpoint?, coveredLink: Digest?, tail: [AuditTailEntry]) {
        self.checkpoint = checkpoint
        self.coveredLink = coveredLink
        self.tail = tail
    }
}

package typealias AuditLogID = Identifier<StoredAudit>
