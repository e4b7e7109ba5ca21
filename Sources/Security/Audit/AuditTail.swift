package import Chat
import Native

/// What is known, beside the stored log itself, of where a log must end (docs/audit.md, "The tail").
package struct AuditTailState: Sendable {
    package let log: AuditLogID
    /// The checkpoint behind which the tail begins; 0 for the log's beginning.
    package let checkpoint: UInt64
    /// The last entry that is known to be stored; there may be later ones.
    package let sequence: UInt64
    /// For the first entry of the tail.
    package let key: AuditTailKey

    package init(log: AuditLogID, checkpoint: UInt64, sequence: UInt64, key: AuditTailKey) {
        self.log = log
        self.checkpoint = checkpoint
        self.sequence = sequence
        self.key = key
    }
}

/// A log's end as found at start, compared with what must be there, before anything is added or signed.
package enum AuditTail {
    package enum Finding: Error, Hashable, Sendable, CustomStringConvertible {
        case anotherLog
        case checkpointMissing(UInt64)
        case checkpointForged(UInt64)
        case coveredEntryChanged(UInt64)
        case entryChanged(UInt64)
        case entriesMissing(after: UInt64, through: UInt64)
        case keyMissing

        package var description: String {
            switch self {
            case .anotherLog: "audit.db is another log than the one that was written last"
            case .checkpointMissing(let number): "checkpoint \(number), which was made, is missing"
            case .checkpointForged(let number): "checkpoint \(number) is not signed by this server's key"
            case .coveredEntryChanged(let sequence): "entry \(sequence) is not what was signed"
            case .entryChanged(let sequence): "entry \(sequence) is not what this server entered"
            case .entriesMissing(let last, let known):
                "the entries behind \(last), up to \(known) at least, are missing"
            case .keyMissing: "the key that vouches for the tail is missing"
            }
        }
    }

    /// The ledger and the key to go on with.
    package struct End: Sendable {
        package let ledger: AuditLedger<NativeHashing>
        /// `nil` when another must be begun: the log ends with a checkpoint.
        package let key: AuditTailKey?

        init(ledger: AuditLedger<NativeHashing>, key: AuditTailKey?) {
            self.ledger = ledger
            self.key = key
        }

        /// Of a log that has no entry yet.
        package init(log: AuditLogID) {
            self.init(ledger: AuditLedger(log: log, after: nil, hashing: NativeHashing()), key: nil)
        }
    }

    /// - Parameter state: what the tail's file says; `nil` where there is none.
    package static func resume(
        _ stored: StoredAudit, log: AuditLogID, state: AuditTailState?, publicKey: [UInt8]
    ) throws(Finding) -> End {
        if let state, state.log != log { throw .anotherLog }
        let checkpoint = stored.checkpoint
        if let checkpoint {
            guard AuditSignature.holds(checkpoint, log: log, publicKey: publicKey) else {
                throw .checkpointForged(checkpoint.number)
            }
            guard stored.coveredLink == checkpoint.link else {
                throw .coveredEntryChanged(checkpoint.sequence)
            }
        }
        let number = checkpoint?.number ?? 0
        if let state, state.checkpoint > number { throw .checkpointMissing(state.checkpoint) }
        var ledger = AuditLedger(log: log, after: checkpoint, hashing: NativeHashing())
        if stored.tail.isEmpty {
            if let state, state.sequence > ledger.sequence {
                throw .entriesMissing(after: ledger.sequence, through: state.sequence)
            }
            return End(ledger: ledger, key: nil)
        }
        // A key that is older than the checkpoint never vouched for these entries.
        guard let state, state.checkpoint == number else { throw .keyMissing }
        var key = state.key
        for tailEntry in stored.tail {
            let sequence = ledger.sequence + 1
            guard ledger.take(tailEntry.entry), key.vouch(for: tailEntry.entry.link) == tailEntry.code else {
                throw .entryChanged(sequence)
            }
        }
        guard ledger.sequence >= state.sequence else {
            throw .entriesMissing(after: ledger.sequence, through: state.sequence)
        }
        return End(ledger: ledger, key: key)
    }
}
