package import Chat

/// An audit log in memory, with the failures that real stores have, at the driver's word: for tests and
/// `serve --dev`. Used on one thread, the audit writer's; its `reader` on any.
package final class MemoryAuditStore: AuditStore {
    package let log: AuditLogID
    package let reader = MemoryAuditReader()
    /// Asked at each append what is to go wrong with it.
    package var fault: (AuditBatch) -> Fault? = { _ in nil }
    private var failure: StorageError?

    /// What an append can be told to do wrong.
    package enum Fault: Hashable, Sendable {
        /// No room: nothing is stored.
        case full
        /// The sync failed: the batch may be there or not, and nothing more is taken.
        case unknown(isStored: Bool)
    }

    package init(log: AuditLogID) { self.log = log }

    package func load() throws(StorageError) -> StoredAudit { reader.stored }

    package func entered(_ ids: [AuditRecordID]) throws(StorageError) -> Set<AuditRecordID> {
        reader.entered(ids)
    }

    package func append(_ batch: AuditBatch) throws(StorageError) {
        if let failure { throw failure }
        switch fault(batch) {
        case nil: reader.append(batch)
        case .full: throw StorageError(.full, "no room")
        case .unknown(let isStored):
            if isStored { reader.append(batch) }
            let error = StorageError(.failed, "the sync failed")
            failure = error
            throw error
        }
    }

    package func erasable(party: String) throws(StorageError) -> Int { reader.erasable(party) }

    package func erase(
        party: String, after sequence: UInt64, through last: UInt64, most: Int
    ) throws(StorageError) -> AuditErasure {
        if let failure { throw failure }
        return reader.erase(party, after: sequence, through: last, most: most)
    }

    package func forget() throws(StorageError) {}

    /// The process is gone: the same log as the next one finds it.
    package func crash() -> MemoryAuditStore {
        let next = MemoryAuditStore(log: log)
        next.reader.take(from: reader)
        failure = StorageError(.failed, "the process is dead")
        return next
    }
}
