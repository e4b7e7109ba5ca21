package import Chat
import Native

/// One moment of the sessions' file, held by a read transaction while the state writer goes on. One thread at
/// a time. LMDB reuses no page of the moment until it is let go.
package final class SessionCut {
    private let open: SessionEnvironment
    private var transaction: LMDBReadTransaction?

    init(_ open: SessionEnvironment) throws(StorageError) {
        self.open = open
        transaction = try StorageError.translatingState { () throws(LMDBError) in
            try open.environment.beginReading()
        }
    }

    /// Every record, database by database, in the order of their keys.
    func walk(_ visit: (SnapshotRecord) throws -> Void) throws {
        var failure: (any Error)?
        for (name, database) in open.records.named {
            try StorageError.translatingState { () throws(LMDBError) in
                try transaction?.scan(in: database) { entry in
                    do {
                        try visit(SnapshotRecord(database: name, key: entry.key, value: entry.value))
                        return true
                    } catch {
                        failure = error
                        return false
                    }
                }
            }
            if let failure { throw failure }
        }
    }

    /// Whose each session and each invite is.
    package func owners() throws(StorageError) -> [PersonID] {
        var owners: [PersonID] = []
        try StorageError.translating {
            try walk { record in
                guard ["sessions", "invites"].contains(record.database) else { return }
                guard let person = PersonID(bytes: record.value.prefix(16)) else {
                    throw StorageError(.damaged, "a record of \(record.database) is cut short")
                }
                owners.append(person)
            }
        }
        return owners
    }

    // The environment must outlive it.
    deinit { transaction = nil }
}
