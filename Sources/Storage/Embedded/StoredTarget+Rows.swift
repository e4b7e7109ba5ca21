import Chat
import GRDB

extension StoredTarget {
    /// `nil` when there is no such event.
    init?(at place: EventPlace, in database: Database) throws {
        guard place.sequence <= ChatSchema.greatestSequence else { return nil }
        let rooms = try database.cachedStatement(sql: "SELECT key FROM rooms WHERE id = ?")
        guard let key = try Int64.fetchOne(rooms, arguments: [place.room.data]) else { return nil }
        let position = EventPosition(roomKey: key, sequence: place.sequence).number
        let events = try database.cachedStatement(
            sql: "SELECT \(Event.columns) FROM events WHERE position = ?")
        guard let row = try Row.fetchOne(events, arguments: [position]) else { return nil }
        let edits = try database.cachedStatement(
            sql: "SELECT position, content_digest FROM edits WHERE target = ? ORDER BY position")
        let found = try Row.fetchAll(edits, arguments: [position])
        self.init(
            event: try Event(row: row, room: place.room),
            edits: try found.map { row in
                Erasure(sequence: EventPosition(number: row[0]).sequence, contentDigest: try row.digest(1))
            })
    }
}
