import CLMDB
import Glibc

/// What LMDB refused, and at which call.
package struct LMDBError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The map or the disk is full: the transaction is gone, the environment goes on.
        case full
        /// The file's contents are not what they must be.
        case damaged
        /// Written in another format of LMDB.
        case otherFormat
        case failed
    }

    package let code: Code
    /// As LMDB gave it: one of its own, or the operating system's.
    package let number: Int32
    package let operation: String

    init(_ number: Int32, _ operation: String) {
        self.number = number
        self.operation = operation
        code =
            switch number {
            case MDB_MAP_FULL, MDB_TXN_FULL, ENOSPC: .full
            case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID: .damaged
            case MDB_VERSION_MISMATCH: .otherFormat
            default: .failed
            }
    }

    package var description: String { "\(operation): \(String(cString: mdb_strerror(number)))" }

    static func check(_ operation: String, _ call: () -> Int32) throws(LMDBError) {
        let result = call()
        // Our own bug: a transaction used after its end, a wrong handle, a key too long.
        precondition(result != MDB_BAD_TXN && result != MDB_BAD_DBI && result != MDB_BAD_VALSIZE, operation)
        if result != MDB_SUCCESS { throw LMDBError(result, operation) }
    }
}
