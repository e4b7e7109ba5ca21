import Chat
import Foundation
import GRDB

/// What is no more because of its age or its number.
extension BatchWriter {
    /// Pages that nothing uses are kept for what comes, up to so many; of more, each removal gives some back
    /// to the disk: what it has freed itself and some more, but not so many that others wait for it.
    private static let sparePages = 256
    private static let leastGivenBack = 32
    private static let mostGivenBack = 512

    /// What is deleted is overwritten (`secure_delete`); SQLite's log is cut off soon after.
    func write(_ removal: HistoryRemoval, roomKey: Int64) throws {
        let spare = try sparePages()
        for remembered in removal.remembered { try remember(remembered, roomKey: roomKey) }
        let first = EventPosition(roomKey: roomKey, sequence: 0).number
        let last = EventPosition(roomKey: roomKey, sequence: removal.through.sequence).number
        try execute("DELETE FROM events WHERE position > ? AND position <= ?", [first, last])
        // An edit stands behind what it edits, so none is left whose message is.
        try execute("DELETE FROM edits WHERE target > ? AND target <= ?", [first, last])
        try execute(
            "UPDATE rooms SET anchor_sequence = ?, anchor_link = ? WHERE key = ?",
            [Int64(removal.through.sequence), removal.through.link.data, roomKey])
        try giveRoomBack(before: spare)
    }

    /// One that was removed by an earlier try is remembered by that.
    private func remember(_ erasure: Erasure, roomKey: Int64) throws {
        try execute(
            """
            INSERT OR IGNORE INTO removed_sends (send_id, author, position, id, at, salt, content_digest)
            SELECT send_id, author, position, id, at, salt, ? FROM events
            WHERE position = ? AND send_id IS NOT NULL
            """,
            [
                erasure.contentDigest.data,
                EventPosition(roomKey: roomKey, sequence: erasure.sequence).number,
            ])
    }

    func forgetSends(before moment: Timestamp) throws {
        try execute(
            """
            DELETE FROM removed_sends WHERE (send_id, author) IN (
                SELECT send_id, author FROM removed_sends WHERE at < ? ORDER BY at LIMIT ?)
            """,
            [moment.milliseconds, limits.sendsForgotten])
    }

    /// Of a file that was made to be made smaller; of any other there is nothing to do.
    private func giveRoomBack(before: Int) throws {
        let spare = try sparePages()
        guard spare > Self.sparePages else { return }
        let pages = min(max(spare - before, 0) + Self.leastGivenBack, Self.mostGivenBack)
        try database.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
    }

    private func sparePages() throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
    }
}
