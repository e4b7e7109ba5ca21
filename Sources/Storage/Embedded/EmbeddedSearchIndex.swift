package import Chat
import Foundation
import GRDB
import Native

/// The index in search.db, an SQLite database with FTS5. Used on one thread, the search's; its `reader` on
/// any.
///
/// Nothing in it is not in the history too. So its commits are not synced: a power cut takes the last of them
/// away, and they are made again (https://www.sqlite.org/pragma.html#pragma_synchronous, NORMAL with a
/// write-ahead log).
package final class EmbeddedSearchIndex: SearchIndex {
    package let reader: any SearchReader
    /// Why an index that was there was thrown away; `nil` where it was not, or there was none.
    package let discarded: String?

    private let connections: DatabasePool
    /// The log may have what was deleted.
    private var isInLog = true

    /// Opens the index of this history, and makes it anew where it is not there, of another history or
    /// version, or not to be read.
    package init(path: String, incarnation: Incarnation, limits: Limits = .standard) throws(StorageError) {
        var discarded: String?
        var opened: DatabasePool?
        let status = try StorageError.translatingFiles { () throws(IOError) in try Files.status(of: path) }
        if status != nil {
            do throws(StorageError) {
                opened = try Self.open(path, incarnation, limits)
            } catch {
                guard error.code != .full else { throw error }
                discarded = error.detail
            }
        }
        if let opened {
            connections = opened
        } else {
            try Self.remove(path: path)
            connections = try Self.make(path, incarnation, limits)
        }
        self.discarded = discarded
        reader = EmbeddedSearchReader(connections)
    }

    /// Takes the files away. No connection may be open that is still to be used.
    package static func remove(path: String) throws(StorageError) {
        try StorageError.translatingFiles { () throws(IOError) in
            for name in [path, path + "-wal", path + "-shm"] { _ = try Files.remove(name) }
        }
    }

    package func close() throws(StorageError) { try StorageError.translating { try connections.close() } }

    package func positions() throws(StorageError) -> [RoomID: UInt64] {
        try StorageError.translating {
            try connections.writeWithoutTransaction { database in
                var positions: [RoomID: UInt64] = [:]
                let rows = try Row.fetchCursor(database, sql: "SELECT id, indexed FROM rooms")
                while let row = try rows.next() { positions[try row.identifier(0)] = UInt64(row[1] as Int64) }
                return positions
            }
        }
    }

    package func apply(_ batch: [RoomChanges]) throws(StorageError) {
        try StorageError.translating {
            try connections.write { database in try SearchWriter(database).write(batch) }
        }
    }

    package func remove(_ room: RoomID, through sequence: UInt64, max: Int) throws(StorageError) -> Bool {
        try StorageError.translating {
            try connections.write { database in
                try SearchWriter(database).remove(room, through: sequence, max: max)
            }
        }
    }

    package func forget() throws(StorageError) -> Bool {
        try StorageError.translating {
            let progress = try connections.write { database in try SearchForgetting(database).step() }
            if progress == .begun || progress == .finished { isInLog = true }
            // What was overwritten stands in the log until that is cut off. A reader may be in the way of it:
            // then the next call tries again.
            if isInLog, progress != .underWay {
                isInLog = try !connections.writeWithoutTransaction { database in try Self.cutLog(database) }
            }
            return progress == .begun || progress == .underWay || isInLog
        }
    }

    private static func cutLog(_ database: Database) throws -> Bool {
        do {
            _ = try database.checkpoint(.truncate)
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }

    // MARK: opening

    private static func make(
        _ path: String, _ incarnation: Incarnation, _ limits: Limits
    ) throws(StorageError) -> DatabasePool {
        // SQLite would make it readable for others.
        try StorageError.translatingFiles { () throws(IOError) in
            try Files.writeAtomically(path, [], mode: 0o600)
        }
        return try StorageError.translating {
            let connections = try DatabasePool(path: path, configuration: configuration(limits))
            try connections.write { database in
                try database.execute(sql: SearchSchema.form)
                try database.execute(
                    sql: "INSERT INTO meta (name, value) VALUES ('stamp', ?)",
                    arguments: [SearchSchema.stamp(incarnation)])
            }
            return connections
        }
    }

    private static func open(
        _ path: String, _ incarnation: Incarnation, _ limits: Limits
    ) throws(StorageError) -> DatabasePool {
        try StorageError.translating {
            let connections = try DatabasePool(path: path, configuration: configuration(limits))
            do {
                let stamp = try connections.read { database in
                    guard try database.tableExists("meta") else { return Data() }
                    return try Data.fetchOne(
                        database, sql: "SELECT value FROM meta WHERE name = 'stamp'") ?? Data()
                }
                guard stamp == SearchSchema.stamp(incarnation) else {
                    throw StorageError(.newer, "it is of another history, or of another version's making")
                }
                return connections
            } catch {
                try? connections.close()
                throw error
            }
        }
    }

    private static func configuration(_ limits: Limits) -> Configuration {
        var configuration = Configuration()
        configuration.label = "search"
        configuration.maximumReaderCount = limits.searchThreads + 1
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            let cache = database.configuration.readonly ? 2_048 : 4_096
            // What is deleted is overwritten (https://www.sqlite.org/pragma.html#pragma_secure_delete).
            try database.execute(sql: "PRAGMA cache_size = -\(cache); PRAGMA secure_delete = ON")
        }
        return configuration
    }
}
