import Chat
import Native

/// Puts the records of a snapshot into a state.lmdb of their own. One thread at a time.
final class SessionImport {
    /// Of one transaction.
    private static let batch = 4_096

    private let open: SessionEnvironment
    private let databases: [String: LMDBDatabase]

    /// Makes the environment, in a directory where there is none.
    init(directory: String, limits: Limits) throws(StorageError) {
        open = try SessionEnvironment.open(in: directory, limits: limits)
        databases = Dictionary(open.records.named.map { ($0.name, $0.database) }) { first, _ in first }
    }

    /// On the disk when it returns.
    func add(_ records: [SnapshotRecord]) throws {
        var rest = records[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batch)
            var unknown: String?
            try StorageError.translatingState { () throws(LMDBError) in
                try open.environment.write { (transaction) throws(LMDBError) in
                    for record in batch {
                        guard let database = databases[record.database] else {
                            unknown = record.database
                            continue
                        }
                        try transaction.put(record.value, for: record.key, in: database)
                    }
                }
            }
            if let unknown {
                throw SnapshotError(.newer, "it has records of a kind that is not known here: \(unknown)")
            }
            rest = rest.dropFirst(batch.count)
        }
    }
}
