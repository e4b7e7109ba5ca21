import Chat
import Foundation
import GRDB

/// Gets what deleted messages have left out of search.db.
///
/// A message's text is overwritten with its row. Its grams stay in FTS5's older pieces, marked as deleted,
/// until these are merged (https://www.sqlite.org/fts5.html#the_merge_command): so all of them are merged to
/// one, bit by bit, and whatever was deleted before that began is gone when it ends. Within a transaction.
struct SearchForgetting {
    enum Progress {
        case idle
        case begun
        case underWay
        case finished
    }

    /// Of a piece of work, in pages of FTS5's, of about 4 KiB.
    private static let pages = 128

    private let database: Database

    init(_ database: Database) { self.database = database }

    /// Something was deleted.
    func note() throws { try set("deleted") }

    func step() throws -> Progress {
        let isUnderWay = try isSet("merging")
        if !isUnderWay {
            guard try isSet("deleted") else { return .idle }
            try clear("deleted")
            try set("merging")
        }
        let before = database.totalChangesCount
        // A negative number puts all pieces in line, to become one.
        try database.execute(
            sql: "INSERT INTO grams (grams, rank) VALUES ('merge', ?)",
            arguments: [isUnderWay ? Self.pages : -Self.pages])
        // FTS5's page says so: fewer than two changes, nothing was merged.
        guard database.totalChangesCount - before < 2 else { return isUnderWay ? .underWay : .begun }
        try clear("merging")
        return .finished
    }

    private func isSet(_ name: String) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM meta WHERE name = ?")
        return try Int.fetchOne(statement, arguments: [name]) != nil
    }

    private func set(_ name: String) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO meta (name, value) VALUES (?, x'')", arguments: [name])
    }

    private func clear(_ name: String) throws {
        try database.execute(sql: "DELETE FROM meta WHERE name = ?", arguments: [name])
    }
}
