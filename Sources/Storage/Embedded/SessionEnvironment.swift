import Chat
import Native

/// The open environment of state.lmdb and its records: the state writer's, and of whoever takes a cut of it.
/// It closes with its last user. Any thread reads; one writes.
final class SessionEnvironment: Sendable {
    let environment: LMDBEnvironment
    let records: SessionRecords

    init(_ environment: consuming LMDBEnvironment, _ records: SessionRecords) {
        self.environment = environment
        self.records = records
    }

    /// Opens or makes it in `directory`, which is made too.
    static func open(in directory: String, limits: Limits) throws(StorageError) -> SessionEnvironment {
        try StorageError.translatingFiles { () throws(IOError) in
            _ = try Files.makeDirectory(directory, mode: 0o700)
        }
        let environment = try StorageError.translatingState { () throws(LMDBError) in
            try LMDBEnvironment.open(
                directory: directory, mapBytes: limits.stateMapBytes, maxDatabases: SessionRecords.databases)
        }
        let records = try StorageError.translatingState { () throws(LMDBError) in
            try environment.write { (transaction) throws(LMDBError) in try SessionRecords(&transaction) }
        }
        guard let records else { throw StorageError(.newer, "\(directory) was written by a newer version") }
        // LMDB syncs its file, but not the directory that names it.
        try StorageError.translatingFiles { () throws(IOError) in try Files.syncDirectory(directory) }
        return SessionEnvironment(environment, records)
    }
}
