import CLMDB
import Glibc

/// An open LMDB environment: a directory with one memory-mapped file of named databases.
///
/// Commits are synced: no NOSYNC, NOMETASYNC, MAPASYNC or WRITEMAP. NOTLS ties a reader to its transaction
/// instead of its thread. Any thread may use it, but a writer waits for the other. The file must have been
/// found sound (`LMDBFile`) before it is opened: LMDB trusts what it maps, and a page beyond the file's end
/// kills the process (SIGBUS).
package struct LMDBEnvironment: ~Copyable, @unchecked Sendable {
    /// Keys are at most this long, in bytes (MDB_MAXKEYSIZE).
    package static let maxKeyBytes = 511

    private let handle: OpaquePointer

    private init(owning handle: OpaquePointer) { self.handle = handle }

    /// `directory` exists already. `mapBytes` bounds the data; it is address space, not memory.
    package static func open(
        directory: String, mapBytes: Int, maxDatabases: Int
    ) throws(LMDBError) -> LMDBEnvironment {
        var created: OpaquePointer?
        try LMDBError.check("mdb_env_create") { mdb_env_create(&created) }
        guard let created else { throw LMDBError(ENOMEM, "mdb_env_create") }
        let environment = LMDBEnvironment(owning: created)
        try LMDBError.check("mdb_env_set_mapsize") { mdb_env_set_mapsize(created, mapBytes) }
        try LMDBError.check("mdb_env_set_maxdbs") { mdb_env_set_maxdbs(created, UInt32(maxDatabases)) }
        try LMDBError.check("mdb_env_open") { mdb_env_open(created, directory, UInt32(MDB_NOTLS), 0o600) }
        return environment
    }

    deinit { mdb_env_close(handle) }

    /// Runs `body` in a transaction that sees one moment.
    package borrowing func read<Value>(
        _ body: (borrowing LMDBReadTransaction) throws(LMDBError) -> Value
    ) throws(LMDBError) -> Value {
        let transaction = try LMDBReadTransaction(environment: handle)
        return try body(transaction)
    }

    /// One moment, for as long as it is held; on any thread, one at a time. The environment must outlive it.
    package borrowing func beginReading() throws(LMDBError) -> LMDBReadTransaction {
        try LMDBReadTransaction(environment: handle)
    }

    /// Runs `body` in the one write transaction, and commits and syncs when it returns. When it or the commit
    /// throws, nothing was done. A transaction that changed nothing costs no sync.
    package borrowing func write<Value>(
        _ body: (inout LMDBWriteTransaction) throws(LMDBError) -> Value
    ) throws(LMDBError) -> Value {
        var transaction = try LMDBWriteTransaction(environment: handle)
        let value = try body(&transaction)
        try transaction.commit()
        return value
    }
}

/// One of an environment's named databases.
package struct LMDBDatabase: Sendable {
    let number: UInt32
}

/// A key and its value, copied out of the map.
package struct LMDBEntry: Hashable, Sendable {
    package let key: [UInt8]
    package let value: [UInt8]
}
