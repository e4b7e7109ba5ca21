package import Chat
import Foundation
import GRDB

/// The committed history of chat.db, for readers on any thread. Each call sees one moment, on a connection of
/// its own that reads beside the writer (https://www.sqlite.org/wal.html, "Concurrency").
package struct EmbeddedHistory: RetentionReader {
    private let connections: DatabasePool
    private let condition: StoreCondition

    init(_ connections: DatabasePool, _ condition: StoreCondition) {
        self.connections = connections
        self.condition = condition
    }

    package func events(
        of room: RoomID, after sequence: UInt64, through last: UInt64, maxEvents: Int, maxBytes: Int
    ) throws(StorageError) -> [HistoryEvent] {
        let last = min(last, ChatSchema.greatestSequence)
        guard sequence < last else { return [] }
        return try read { database in
            guard let key = try roomKey(of: room, in: database) else { return [] }
            let events = try page(
                of: room, after: EventPosition(roomKey: key, sequence: sequence),
                through: EventPosition(roomKey: key, sequence: last), maxEvents: maxEvents,
                maxBytes: maxBytes,
                in: database)
            var names: [PersonID: String] = [:]
            return try events.map { event in
                let name = try names[event.author] ?? displayedName(of: event.author, in: database)
                names[event.author] = name
                return HistoryEvent(event: event, authorName: name)
            }
        }
    }

    package func messages(
        at places: [EventPlace], within ranges: [RoomID: VisibleRange]
    ) throws(StorageError) -> [EventPlace: CurrentMessage] {
        try read { database in
            var messages: [EventPlace: CurrentMessage] = [:]
            for place in places {
                guard let range = ranges[place.room], range.contains(place.sequence),
                    range.through <= ChatSchema.greatestSequence,
                    let key = try roomKey(of: place.room, in: database)
                else { continue }
                let position = EventPosition(roomKey: key, sequence: place.sequence).number
                guard let event = try event(of: place.room, at: position, in: database) else { continue }
                let end = EventPosition(roomKey: key, sequence: range.through).number
                let edit = try lastEdit(of: position, in: place.room, through: end, in: database)
                messages[place] = CurrentMessage(event: event, edit: edit)
            }
            return messages
        }
    }

    package func links(of room: RoomID, at sequences: [UInt64]) throws(StorageError) -> [UInt64: Digest] {
        try read { database in
            var links: [UInt64: Digest] = [:]
            guard let key = try roomKey(of: room, in: database) else { return links }
            let anchor = try anchor(of: room, in: database)
            if anchor.sequence > 0, sequences.contains(anchor.sequence) {
                links[anchor.sequence] = anchor.link
            }
            let statement = try database.cachedStatement(sql: "SELECT link FROM events WHERE position = ?")
            for sequence in sequences where (1...ChatSchema.greatestSequence).contains(sequence) {
                let position = EventPosition(roomKey: key, sequence: sequence)
                guard let row = try Row.fetchOne(statement, arguments: [position.number]) else { continue }
                links[sequence] = try row.digest(0)
            }
            return links
        }
    }

    package func anchor(of room: RoomID) throws(StorageError) -> Head {
        try read { database in try anchor(of: room, in: database) }
    }

    private func anchor(of room: RoomID, in database: Database) throws -> Head {
        let statement = try database.cachedStatement(
            sql: "SELECT anchor_sequence, anchor_link FROM rooms WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [room.data]) else { return .empty }
        return Head(sequence: row[0], link: try row.digest(1))
    }

    package func spans(
        after room: RoomID?, max: Int, withAges: Bool
    ) throws(StorageError) -> [RoomSpan] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT id, keep_days, anchor_sequence, anchor_link, head_sequence,
                        CASE WHEN keep_days > 0 OR ? THEN (SELECT at FROM events
                            WHERE position = (key << \(ChatSchema.sequenceBits)) + anchor_sequence + 1) END
                    FROM rooms WHERE id > ? ORDER BY id LIMIT ?
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [withAges, room?.data ?? Data(), max])
            return try Array(
                rows.map { row in
                    RoomSpan(
                        room: try row.identifier(0), keepDays: row[1],
                        anchor: Head(sequence: row[2], link: try row.digest(3)), head: row[4],
                        firstAt: (row[5] as Int64?).map { Timestamp(milliseconds: $0) })
                })
        }
    }

    package func remembersSends(before moment: Timestamp) throws(StorageError) -> Bool {
        try read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT 1 FROM removed_sends WHERE at < ? LIMIT 1")
            return try Int.fetchOne(statement, arguments: [moment.milliseconds]) != nil
        }
    }

    package func person(named name: String) throws(StorageError) -> Person? {
        try read { database in
            try Person.fetchOne(database, where: "unique_name = ?", Name.uniqueForm(of: name))
        }
    }

    package func person(_ id: PersonID) throws(StorageError) -> Person? {
        try read { database in try Person.fetchOne(database, where: "id = ?", id.data) }
    }

    package func person(of identity: ExternalIdentity) throws(StorageError) -> Person? {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(Person.columns) FROM people
                    WHERE key = (SELECT person FROM identities WHERE issuer = ? AND subject = ?)
                    """)
            return try Row.fetchOne(statement, arguments: [identity.issuer, identity.subject])
                .map { try Person(row: $0) }
        }
    }

    package func openInvite(token: Digest) throws(StorageError) -> OpenInvite? {
        try read { database in try OpenInvite.fetchOne(database, token: token) }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StorageError) -> Value {
        try condition.watching { try connections.read(body) }
    }

    private func roomKey(of room: RoomID, in database: Database) throws -> Int64? {
        let statement = try database.cachedStatement(sql: "SELECT key FROM rooms WHERE id = ?")
        return try Int64.fetchOne(statement, arguments: [room.data])
    }

    func displayedName(of person: PersonID, in database: Database) throws -> String {
        let statement = try database.cachedStatement(sql: "SELECT name FROM people WHERE id = ?")
        return try String.fetchOne(statement, arguments: [person.data]) ?? ""
    }

    private func event(
        of room: RoomID, at position: Int64, in database: Database
    ) throws -> HistoryEvent? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Event.columns) FROM events WHERE position = ?")
        guard let row = try Row.fetchOne(statement, arguments: [position]) else { return nil }
        let event = try Event(row: row, room: room)
        return HistoryEvent(event: event, authorName: try displayedName(of: event.author, in: database))
    }

    private func lastEdit(
        of target: Int64, in room: RoomID, through last: Int64, in database: Database
    ) throws -> HistoryEvent? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT position FROM edits WHERE target = ? AND position <= ? ORDER BY position DESC LIMIT 1
                """)
        guard let position = try Int64.fetchOne(statement, arguments: [target, last]) else { return nil }
        return try event(of: room, at: position, in: database)
    }

    private func page(
        of room: RoomID, after: EventPosition, through: EventPosition, maxEvents: Int, maxBytes: Int,
        in database: Database
    ) throws -> [Event] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Event.columns) FROM events
                WHERE position > ? AND position <= ? ORDER BY position LIMIT ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [after.number, through.number, maxEvents])
        var events: [Event] = []
        var bytes = 0
        while bytes < maxBytes, let row = try rows.next() {
            let event = try Event(row: row, room: room)
            bytes += event.content.count
            events.append(event)
        }
        return events
    }
}
