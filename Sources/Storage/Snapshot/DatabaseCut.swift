import Chat
import GRDB
import Native

/// One moment of an SQLite file, held by a read transaction while others go on writing.
///
/// Begun while nobody writes; one thread at a time. SQLite's log of the file does not start over until `end`,
/// and grows meanwhile.
package final class DatabaseCut {
    private static let pagesOfAStep: CInt = 256

    let path: String
    private let checkpoints: Checkpoints
    private let connections: DatabasePool
    private var moment: DatabaseSnapshot?

    init(path: String, connections: DatabasePool, checkpoints: Checkpoints) {
        self.path = path
        self.connections = connections
        self.checkpoints = checkpoints
    }

    /// The moment is now.
    func begin() throws(StorageError) {
        precondition(moment == nil, "DatabaseCut.begin: twice")
        checkpoints.hold()
        do throws(StorageError) {
            moment = try StorageError.translating { try connections.makeSnapshot() }
        } catch {
            checkpoints.release()
            throw error
        }
    }

    /// Of the moment.
    func read<Value>(_ body: (Database) throws -> Value) throws(StorageError) -> Value {
        guard let moment else { throw StorageError(.failed, "the moment has not come, or is gone") }
        return try StorageError.translating { try moment.read(body) }
    }

    /// Copies the moment into a file of its own, page by page.
    /// - Parameter isAllowed: asked between two steps, with the pages that are done and all pages.
    func copy(to target: String, isAllowed: (Int, Int) throws -> Void) throws {
        let copy = try DatabaseQueue(path: target)
        try read { source in
            try copy.writeWithoutTransaction { database in
                // It is synced, or thrown away, as a part of the snapshot.
                try database.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
                try withoutActuallyEscaping(isAllowed) { isAllowed in
                    try source.backup(to: database, pagesPerStep: Self.pagesOfAStep) { progress in
                        try isAllowed(progress.completedPageCount, progress.totalPageCount)
                    }
                }
            }
        }
        try copy.close()
    }

    /// Bytes of SQLite's log of the file.
    var logBytes: Int {
        get throws(StorageError) {
            try StorageError.translatingFiles { () throws(IOError) in
                Int(try Files.status(of: path + "-wal")?.size ?? 0)
            }
        }
    }

    var isHeld: Bool { moment != nil }

    /// Lets the moment go.
    func end() {
        guard moment != nil else { return }
        moment = nil
        checkpoints.release()
    }

    deinit { end() }
}
