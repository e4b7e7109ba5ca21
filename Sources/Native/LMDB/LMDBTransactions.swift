import CLMDB
import Glibc

/// One moment of an environment, for reading. Ends with its scope.
package struct LMDBReadTransaction: ~Copyable {
    private let handle: OpaquePointer

    init(environment: OpaquePointer) throws(LMDBError) {
        handle = try LMDBCalls.begin(environment, flags: UInt32(MDB_RDONLY))
    }

    deinit { LMDBCalls.abort(handle) }

    package borrowing func get(_ key: [UInt8], in database: LMDBDatabase) throws(LMDBError) -> [UInt8]? {
        try LMDBCalls.get(handle, key, in: database)
    }

    /// Visits the entries from `key` on, in the order of their keys, until `visit` answers false.
    package borrowing func scan(
        from key: [UInt8] = [], in database: LMDBDatabase, _ visit: (LMDBEntry) -> Bool
    ) throws(LMDBError) {
        try LMDBCalls.scan(handle, from: key, in: database, visit)
    }
}

/// The environment's one writer. Ends by `commit`, or undone with its scope.
package struct LMDBWriteTransaction: ~Copyable {
    private let handle: OpaquePointer

    init(environment: OpaquePointer) throws(LMDBError) {
        handle = try LMDBCalls.begin(environment, flags: 0)
    }

    deinit { LMDBCalls.abort(handle) }

    consuming func commit() throws(LMDBError) {
        let handle = handle
        discard self
        // Frees the transaction in any case.
        try LMDBError.check("mdb_txn_commit") { mdb_txn_commit(handle) }
    }

    /// The database of that name, made when it is not there. Its handle is good for the environment's life
    /// once this transaction is committed.
    package mutating func database(named name: String) throws(LMDBError) -> LMDBDatabase {
        var number: MDB_dbi = 0
        try LMDBError.check("mdb_dbi_open") { mdb_dbi_open(handle, name, UInt32(MDB_CREATE), &number) }
        return LMDBDatabase(number: number)
    }

    package borrowing func get(_ key: [UInt8], in database: LMDBDatabase) throws(LMDBError) -> [UInt8]? {
        try LMDBCalls.get(handle, key, in: database)
    }

    /// Visits the entries from `key` on, in the order of their keys, until `visit` answers false.
    package borrowing func scan(
        from key: [UInt8] = [], in database: LMDBDatabase, _ visit: (LMDBEntry) -> Bool
    ) throws(LMDBError) {
        try LMDBCalls.scan(handle, from: key, in: database, visit)
    }

    /// How many keys are in it.
    package borrowing func count(in database: LMDBDatabase) throws(LMDBError) -> Int {
        var statistics = MDB_stat()
        try LMDBError.check("mdb_stat") { mdb_stat(handle, database.number, &statistics) }
        return statistics.ms_entries
    }

    /// Replaces what was there.
    package mutating func put(_ value: [UInt8], for key: [UInt8], in database: LMDBDatabase) throws(LMDBError)
    {
        let result = key.withUnsafeBytes { keyBytes in
            value.withUnsafeBytes { valueBytes in
                var (key, value) = (LMDBCalls.value(keyBytes), LMDBCalls.value(valueBytes))
                return mdb_put(handle, database.number, &key, &value, 0)
            }
        }
        try LMDBError.check("mdb_put") { result }
    }

    /// Whether it was there.
    @discardableResult
    package mutating func delete(_ key: [UInt8], in database: LMDBDatabase) throws(LMDBError) -> Bool {
        let result = key.withUnsafeBytes { keyBytes in
            var key = LMDBCalls.value(keyBytes)
            return mdb_del(handle, database.number, &key, nil)
        }
        if result == MDB_NOTFOUND { return false }
        try LMDBError.check("mdb_del") { result }
        return true
    }
}

/// The calls that both kinds of transaction make.
private enum LMDBCalls {
    static func begin(_ environment: OpaquePointer, flags: UInt32) throws(LMDBError) -> OpaquePointer {
        var handle: OpaquePointer?
        try LMDBError.check("mdb_txn_begin") { mdb_txn_begin(environment, nil, flags, &handle) }
        guard let handle else { throw LMDBError(ENOMEM, "mdb_txn_begin") }
        return handle
    }

    static func abort(_ handle: OpaquePointer) { mdb_txn_abort(handle) }

    static func get(
        _ handle: OpaquePointer, _ key: [UInt8], in database: LMDBDatabase
    ) throws(LMDBError) -> [UInt8]? {
        var found = MDB_val()
        let result = key.withUnsafeBytes { keyBytes in
            var key = value(keyBytes)
            return mdb_get(handle, database.number, &key, &found)
        }
        if result == MDB_NOTFOUND { return nil }
        try LMDBError.check("mdb_get") { result }
        return bytes(found)
    }

    static func scan(
        _ handle: OpaquePointer, from start: [UInt8], in database: LMDBDatabase, _ visit: (LMDBEntry) -> Bool
    ) throws(LMDBError) {
        var cursor: OpaquePointer?
        try LMDBError.check("mdb_cursor_open") { mdb_cursor_open(handle, database.number, &cursor) }
        defer { mdb_cursor_close(cursor) }
        let result = start.withUnsafeBytes { startBytes in
            var (key, found) = (value(startBytes), MDB_val())
            var result = mdb_cursor_get(cursor, &key, &found, start.isEmpty ? MDB_FIRST : MDB_SET_RANGE)
            while result == MDB_SUCCESS, visit(LMDBEntry(key: bytes(key), value: bytes(found))) {
                result = mdb_cursor_get(cursor, &key, &found, MDB_NEXT)
            }
            return result
        }
        if result != MDB_NOTFOUND { try LMDBError.check("mdb_cursor_get") { result } }
    }

    /// Valid as long as `bytes` are. LMDB does not write through it.
    static func value(_ bytes: UnsafeRawBufferPointer) -> MDB_val {
        MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    private static func bytes(_ value: MDB_val) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
    }
}
