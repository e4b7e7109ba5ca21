import Chat
import Foundation
import GRDB

extension StoredState.StoredRoom {
    /// In the order in which they were made.
    static func fetchAll(
        _ database: Database, where condition: String = "TRUE", _ arguments: StatementArguments = []
    ) throws -> [Self] {
        let members = try members(in: database, condition, arguments)
        let outsiders = try outsiders(in: database, condition, arguments)
        let marks = try marks(in: database, condition, arguments)
        var pins: [Int64: [UInt64]] = [:]
        let pinned = try Row.fetchCursor(
            database,
            sql: """
                SELECT room, sequence FROM rooms JOIN pins ON room = rooms.key WHERE \(condition)
                ORDER BY number
                """,
            arguments: arguments)
        while let row = try pinned.next() { pins[row[0], default: []].append(row[1]) }
        let rooms = try Row.fetchCursor(
            database,
            sql: """
                SELECT \(Room.columns), key, head_sequence, head_link, last_at, anchor_sequence, anchor_link,
                    messages
                FROM rooms WHERE \(condition) ORDER BY key
                """,
            arguments: arguments)
        return try Array(
            rooms.map { row in
                let key: Int64 = row[12]
                return Self(
                    room: try Room(row: row), head: Head(sequence: row[13], link: try row.digest(14)),
                    anchor: Head(sequence: row[16], link: try row.digest(17)), lastAt: row.timestamp(15),
                    members: members[key] ?? [:], outsiders: outsiders[key] ?? [:], pins: pins[key] ?? [],
                    messages: row[18], marks: marks[key] ?? [:])
            })
    }

    private static func members(
        in database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [Int64: [PersonID: Member]] {
        var members: [Int64: [PersonID: Member]] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT room, people.id, role, since, muted_until
                FROM rooms JOIN members ON room = rooms.key JOIN people ON people.key = person
                WHERE \(condition)
                """,
            arguments: arguments)
        while let row = try rows.next() {
            guard let role = Role(rawValue: row[2]) else {
                throw StorageError(.damaged, "a member of an unknown role")
            }
            let until = (row[4] as Int64?).map { Timestamp(milliseconds: $0) }
            members[row[0], default: [:]][try row.identifier(1)] = Member(
                role: role, since: row[3], mutedUntil: until)
        }
        return members
    }

    private static func marks(
        in database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [Int64: [PersonID: ReadMark]] {
        var marks: [Int64: [PersonID: ReadMark]] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT room, people.id, reads.sequence, reads.messages, mentions
                FROM rooms JOIN reads ON room = rooms.key JOIN people ON people.key = person
                WHERE \(condition)
                """,
            arguments: arguments)
        while let row = try rows.next() {
            let named: Data = row[4]
            guard named.count % 8 == 0 else { throw StorageError(.damaged, "mentions that are not whole") }
            let bytes = [UInt8](named)
            marks[row[0], default: [:]][try row.identifier(1)] = ReadMark(
                sequence: row[2], messages: row[3],
                mentions: stride(from: 0, to: bytes.count, by: 8).map {
                    BigEndian.word(in: bytes.span, at: $0)
                })
        }
        return marks
    }

    private static func outsiders(
        in database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [Int64: [PersonID: Outsider]] {
        var outsiders: [Int64: [PersonID: Outsider]] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT room, people.id, inviter, banned_until, muted_until
                FROM rooms JOIN outsiders ON room = rooms.key JOIN people ON people.key = person
                WHERE \(condition)
                """,
            arguments: arguments)
        while let row = try rows.next() {
            outsiders[row[0], default: [:]][try row.identifier(1)] = try Outsider(row: row, from: 2)
        }
        return outsiders
    }
}

extension Block {
    static func fetchAll(_ database: Database) throws -> [Block] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT blocker.id, blocked.id
                FROM blocks JOIN people AS blocker ON blocker.key = person
                    JOIN people AS blocked ON blocked.key = blocks.blocked
                """)
        return try Array(
            rows.map { row in
                Block(person: try row.identifier(0), blocked: try row.identifier(1))
            })
    }
}
