import Chat
import Foundation
import GRDB

/// People who are deleted, or about to be.
extension BatchWriter {
    func write(_ deletion: PersonDeletion) throws {
        try execute(
            """
            INSERT INTO deletions (person, begun_at, finished_at, room, sequence, told_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (person) DO UPDATE SET finished_at = excluded.finished_at, room = excluded.room,
                sequence = excluded.sequence, told_at = excluded.told_at
            """,
            [
                deletion.person.data, deletion.begunAt.milliseconds, deletion.finishedAt?.milliseconds,
                deletion.room?.data, Int64(deletion.sequence), Int64(deletion.toldAt),
            ])
        for kind in DeletedCounts.Kind.allCases where deletion.counts[kind] > 0 {
            try execute(
                """
                INSERT INTO deleted_counts (person, kind, count) VALUES (?, ?, ?)
                ON CONFLICT (person, kind) DO UPDATE SET count = excluded.count
                """,
                [deletion.person.data, kind.rawValue, Int64(deletion.counts[kind])])
        }
    }
}

extension PersonDeletion {
    static func fetchAll(_ database: Database) throws -> [PersonDeletion] {
        var counts: [PersonID: DeletedCounts] = [:]
        let numbers = try Row.fetchCursor(database, sql: "SELECT person, kind, count FROM deleted_counts")
        while let row = try numbers.next() {
            // One that another version counts is none of ours.
            guard let kind = DeletedCounts.Kind(rawValue: row[1]) else { continue }
            counts[try row.identifier(0), default: DeletedCounts()][kind] = row[2]
        }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT person, begun_at, finished_at, room, sequence, told_at FROM deletions ORDER BY person
                """)
        return try Array(
            rows.map { row in
                let person: PersonID = try row.identifier(0)
                return PersonDeletion(
                    person: person, begunAt: row.timestamp(1),
                    finishedAt: (row[2] as Int64?).map { Timestamp(milliseconds: $0) },
                    room: row.hasNull(atIndex: 3) ? nil : try row.identifier(3), sequence: row[4],
                    toldAt: row[5], counts: counts[person] ?? DeletedCounts())
            })
    }
}
