package import Chat
import Synchronization

/// The contents of a `MemoryAuditStore`, for readers on any thread.
package final class MemoryAuditReader: AuditReader {
    private struct Contents {
        /// The entry of sequence n is at n - 1.
        var entries: [AuditEntry] = []
        var codes: [UInt64: Digest] = [:]
        var checkpoints: [AuditCheckpoint] = []
        var ids: Set<AuditRecordID> = []
    }

    // Lock tier 9: a leaf; nothing is called while it is held.
    private let contents = Mutex(Contents())

    package func items(
        after cursor: AuditCursor, maxEntries: Int, maxBytes: Int
    ) throws(StorageError) -> [AuditItem] {
        contents.withLock { contents in
            var bytes = 0
            var entries: [AuditEntry] = []
            for entry in contents.entries.dropFirst(Int(clamping: cursor.sequence)).prefix(maxEntries)
            where bytes < maxBytes {
                entries.append(entry)
                bytes += entry.content?.details.count ?? 0
            }
            let last = entries.last?.sequence ?? cursor.sequence
            let checkpoints = contents.checkpoints.dropFirst(Int(clamping: cursor.checkpoint))
                .prefix(entries.count + 1).filter { $0.sequence <= last }
            return AuditItem.ordered(entries, checkpoints)
        }
    }

    package func lastSequence() throws(StorageError) -> UInt64 {
        contents.withLock { UInt64($0.entries.count) }
    }

    var stored: StoredAudit {
        contents.withLock { contents in
            let checkpoint = contents.checkpoints.last
            let covered = Int(checkpoint?.sequence ?? 0)
            return StoredAudit(
                checkpoint: checkpoint,
                coveredLink: covered == 0 ? .zero : contents.entries[covered - 1].link,
                tail: contents.entries.dropFirst(covered).map {
                    AuditTailEntry(entry: $0, code: contents.codes[$0.sequence] ?? .zero)
                })
        }
    }

    func entered(_ ids: [AuditRecordID]) -> Set<AuditRecordID> {
        contents.withLock { $0.ids.intersection(ids) }
    }

    func append(_ batch: AuditBatch) {
        contents.withLock { contents in
            for tailEntry in batch.entries {
                contents.entries.append(tailEntry.entry)
                contents.ids.insert(tailEntry.entry.id)
                contents.codes[tailEntry.entry.sequence] = tailEntry.code
            }
            guard !batch.checkpoints.isEmpty else { return }
            contents.checkpoints += batch.checkpoints
            contents.codes = [:]
        }
    }

    func erasable(_ party: String) -> Int {
        contents.withLock { $0.entries.count { $0.isErasable && $0.isOf(party) } }
    }

    func erase(_ party: String, after sequence: UInt64, through last: UInt64, most: Int) -> AuditErasure {
        contents.withLock { contents in
            let found = contents.entries.filter {
                $0.sequence > sequence && $0.sequence <= last && $0.isOf(party)
            }.prefix(most)
            let erasable = found.filter(\.isErasable)
            for entry in erasable { contents.entries[Int(entry.sequence) - 1] = entry.withoutContent }
            return AuditErasure(erased: erasable.count, last: found.last?.sequence)
        }
    }

    func take(from other: MemoryAuditReader) {
        let found = other.contents.withLock { $0 }
        contents.withLock { $0 = found }
    }
}

extension AuditEntry {
    fileprivate var isErasable: Bool { content != nil && kind != AuditKind.detailsErased.rawValue }

    fileprivate func isOf(_ party: String) -> Bool { actor == party || subjects.contains(party) }

    fileprivate var withoutContent: AuditEntry {
        AuditEntry(
            sequence: sequence, id: id, at: at, kind: kind, actor: actor, subjects: subjects, content: nil,
            detailsDigest: detailsDigest, link: link)
    }
}
