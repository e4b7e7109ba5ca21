import Chat
import Foundation
import GRDB

// How audit records, entries and checkpoints stand in columns. Subjects stand in one column, a line each: no
// party's text holds a line break.

extension AuditRecord {
    static let columns = "id, at, kind, actor, subjects, details"

    var arguments: StatementArguments {
        [id.data, at.milliseconds, kind, actor, subjects.joined(separator: "\n"), Data(details)]
    }

    static func fetchOutbox(_ database: Database) throws -> [AuditRecord] {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(columns) FROM audit_outbox ORDER BY position")
        return try Array(
            rows.map { row in
                let details: Data = row[5]
                return AuditRecord(
                    id: try row.identifier(0), at: row.timestamp(1), kind: row[2], actor: row[3],
                    subjects: row.lines(4), details: [UInt8](details))
            })
    }
}

extension AuditEntry {
    static let columns = "sequence, id, at, kind, actor, subjects, salt, details, details_digest, link"

    var arguments: StatementArguments {
        [
            Int64(sequence), id.data, at.milliseconds, kind, actor, subjects.joined(separator: "\n"),
            content?.salt.data, content.map { Data($0.details) }, detailsDigest.data, link.data,
        ]
    }

    /// Of a row with details that may be erased; its argument is the kind that has none. Erased ones are
    /// zeros, of which JSON has not one, or were made `NULL` by hand.
    static let isErasable = "kind <> ? AND details IS NOT NULL AND substr(details, 1, 1) <> x'00'"

    /// Of a row with this actor or subject; its arguments are `party`. There is no index of parties: it would
    /// cost every entry more than itself, and erasing is rare.
    static let isOfParty = "(actor = ? OR instr(char(10) || subjects || char(10), ?))"

    static func party(_ text: String) -> StatementArguments { [text, "\n\(text)\n"] }

    /// Of a row that begins with `columns`.
    init(row: Row) throws(StorageError) {
        let salt: Data? = row[6]
        let details: Data? = row[7]
        var content: Content?
        if salt != nil, let details, details.first != 0 {
            content = Content(salt: try row.identifier(6), details: [UInt8](details))
        }
        self.init(
            sequence: row[0], id: try row.identifier(1), at: row.timestamp(2), kind: row[3], actor: row[4],
            subjects: row.lines(5), content: content, detailsDigest: try row.digest(8),
            link: try row.digest(9))
    }
}

extension AuditCheckpoint {
    static let columns = "number, sequence, at, link, marks, key, signature"

    var arguments: StatementArguments {
        [
            Int64(number), Int64(sequence), at.milliseconds, link.data, Data(marks), key.data,
            Data(signature),
        ]
    }

    /// Of a row that begins with `columns`.
    init(row: Row) throws(StorageError) {
        let marks: Data = row[4]
        let signature: Data = row[6]
        self.init(
            number: row[0], sequence: row[1], at: row.timestamp(2), link: try row.digest(3),
            marks: [UInt8](marks), key: try row.digest(5), signature: [UInt8](signature))
    }
}

extension Row {
    fileprivate func lines(_ column: Int) -> [String] {
        let text: String = self[column]
        return text.split(separator: "\n").map(String.init)
    }
}
