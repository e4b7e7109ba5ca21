import Chat
import Foundation
import GRDB

/// Writes changes into search.db, within a transaction that is open.
struct SearchWriter {
    /// A message as it is to be after the batch.
    private struct Document {
        var at: Timestamp
        var author: PersonID
        /// Folded.
        var text: String
    }

    private enum Outcome {
        case kept(Document)
        case removed
    }

    private let database: Database

    init(_ database: Database) { self.database = database }

    /// In the order of positions: FTS5 then makes one piece of the whole batch.
    func write(_ batch: [RoomChanges]) throws {
        var isDeleted = false
        for (key, change) in try batch.map({ (try roomKey(of: $0.room), $0) }).sorted(by: { $0.0 < $1.0 }) {
            var outcomes: [UInt64: Outcome] = [:]
            for one in change.changes { try add(one, in: key, to: &outcomes) }
            var lastAt: Timestamp?
            for (sequence, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
                let position = EventPosition(roomKey: key, sequence: sequence).number
                let stored = try document(at: position)
                switch outcome {
                case .kept(let document):
                    lastAt = max(lastAt ?? document.at, document.at)
                    try put(document, at: position, over: stored, in: key)
                case .removed:
                    guard let stored else { continue }
                    isDeleted = isDeleted || !stored.text.isEmpty
                    try removeGrams(of: stored, at: position, in: key)
                    try execute("DELETE FROM documents WHERE position = ?", [position])
                }
            }
            try execute(
                "UPDATE rooms SET indexed = ?, last_at = max(last_at, ?) WHERE key = ?",
                [Int64(change.through), lastAt?.milliseconds ?? .min, key])
        }
        if isDeleted { try SearchForgetting(database).note() }
    }

    /// - Returns: whether there may be more.
    func remove(_ room: RoomID, through sequence: UInt64, max: Int) throws -> Bool {
        guard let key = try knownKey(of: room) else { return false }
        let statement = try database.cachedStatement(
            sql: """
                SELECT position, at, author, text FROM documents WHERE position > ? AND position <= ?
                ORDER BY position LIMIT ?
                """)
        let arguments: StatementArguments = [
            EventPosition(roomKey: key, sequence: 0).number,
            EventPosition(roomKey: key, sequence: min(sequence, ChatSchema.greatestSequence)).number, max,
        ]
        let rows = try Row.fetchAll(statement, arguments: arguments)
        var isDeleted = false
        for row in rows {
            let position: Int64 = row[0]
            let document = Document(at: row.timestamp(1), author: try row.identifier(2), text: row[3])
            isDeleted = isDeleted || !document.text.isEmpty
            try removeGrams(of: document, at: position, in: key)
            try execute("DELETE FROM documents WHERE position = ?", [position])
        }
        if isDeleted { try SearchForgetting(database).note() }
        return rows.count == max
    }

    private func add(
        _ change: RoomChanges.Change, in key: Int64, to outcomes: inout [UInt64: Outcome]
    ) throws {
        switch change {
        case .message(let message):
            outcomes[message.sequence] = .kept(
                Document(
                    at: message.at, author: message.author, text: SearchRuns.folding(message.text)))
        case .edit(let target, let text):
            switch outcomes[target] {
            case .removed: break
            case .kept(var document):
                document.text = SearchRuns.folding(text)
                outcomes[target] = .kept(document)
            case nil:
                let position = EventPosition(roomKey: key, sequence: target).number
                // One that is not there was erased before it was indexed.
                guard var document = try document(at: position) else { return }
                document.text = SearchRuns.folding(text)
                outcomes[target] = .kept(document)
            }
        case .deletion(let target): outcomes[target] = .removed
        }
    }

    private func put(_ document: Document, at position: Int64, over stored: Document?, in key: Int64) throws {
        if let stored {
            guard stored.text != document.text else { return }
            try removeGrams(of: stored, at: position, in: key)
        }
        try execute(
            "INSERT OR REPLACE INTO documents (position, at, author, text) VALUES (?, ?, ?, ?)",
            [position, document.at.milliseconds, document.author.data, document.text])
        guard !document.text.isEmpty else { return }
        let words = SearchGrams.words(of: document.text, by: document.author, in: key)
        try execute("INSERT INTO grams (rowid, words) VALUES (?, ?)", [position, words])
    }

    /// FTS5 keeps no copy: it is told once more what it was told then.
    private func removeGrams(of document: Document, at position: Int64, in key: Int64) throws {
        guard !document.text.isEmpty else { return }
        let words = SearchGrams.words(of: document.text, by: document.author, in: key)
        try execute("INSERT INTO grams (grams, rowid, words) VALUES ('delete', ?, ?)", [position, words])
    }

    private func document(at position: Int64) throws -> Document? {
        let statement = try database.cachedStatement(
            sql: "SELECT at, author, text FROM documents WHERE position = ?")
        return try Row.fetchOne(statement, arguments: [position]).map { row in
            Document(at: row.timestamp(0), author: try row.identifier(1), text: row[2])
        }
    }

    private func knownKey(of room: RoomID) throws -> Int64? {
        let statement = try database.cachedStatement(sql: "SELECT key FROM rooms WHERE id = ?")
        return try Int64.fetchOne(statement, arguments: [room.data])
    }

    private func roomKey(of room: RoomID) throws -> Int64 {
        if let key = try knownKey(of: room) { return key }
        try execute("INSERT INTO rooms (id, indexed, last_at) VALUES (?, 0, ?)", [room.data, Int64.min])
        return database.lastInsertedRowID
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
