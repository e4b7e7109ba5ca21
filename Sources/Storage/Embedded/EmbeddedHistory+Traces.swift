package import Chat
import Foundation
import GRDB

/// What somebody has left in a room. There is no index of authors: rows are looked at in their order, without
/// the overflow pages of long contents.
extension EmbeddedHistory {
    package func traces(
        of person: PersonID, in room: RoomID, after sequence: UInt64, through last: UInt64,
        within bounds: Traces.Bounds
    ) throws(StorageError) -> Traces {
        try read { database in
            guard let (key, head) = try roomHead(of: room, in: database) else {
                return Traces(events: [], through: sequence)
            }
            let end = min(last, head, sequence.addingClamped(bounds.scanned))
            guard sequence < end else { return Traces(events: [], through: max(sequence, end)) }
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(Event.columns) FROM events
                    WHERE position > ? AND position <= ? AND (author = ?
                        OR (length(content) <= \(Traces.mentionBytes) AND instr(content, ?) > 0))
                    ORDER BY position
                    """)
            let rows = try Row.fetchCursor(
                statement,
                arguments: [
                    EventPosition(roomKey: key, sequence: sequence).number,
                    EventPosition(roomKey: key, sequence: end).number, person.data, person.data,
                ])
            var found: [HistoryEvent] = []
            var bytes = 0
            while let row = try rows.next() {
                let event = try Event(row: row, room: room)
                found.append(
                    HistoryEvent(event: event, authorName: try displayedName(of: event.author, in: database)))
                bytes += event.content.count
                if found.count >= bounds.events || bytes >= bounds.bytes {
                    return Traces(events: found, through: event.sequence)
                }
            }
            return Traces(events: found, through: end)
        }
    }

    private func roomHead(of room: RoomID, in database: Database) throws -> (key: Int64, head: UInt64)? {
        let statement = try database.cachedStatement(sql: "SELECT key, head_sequence FROM rooms WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [room.data]).map { ($0[0], $0[1]) }
    }
}
