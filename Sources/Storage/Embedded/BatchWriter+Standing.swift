import Chat
import Foundation
import GRDB

/// Who is what to a room, what is pinned in it, and whom people do not want to hear from.
extension BatchWriter {
    func write(_ change: StandingChange, roomKey: Int64) throws {
        switch change.standing {
        case .member(let member):
            try remove(change.person, from: "outsiders", roomKey)
            try execute(
                """
                INSERT INTO members (room, person, role, since, muted_until)
                VALUES (?, (SELECT key FROM people WHERE id = ?), ?, ?, ?)
                ON CONFLICT (room, person) DO UPDATE SET role = excluded.role, since = excluded.since,
                    muted_until = excluded.muted_until
                """,
                [
                    roomKey, change.person.data, Int64(member.role.rawValue), Int64(member.since),
                    member.mutedUntil?.milliseconds,
                ])
        case .outsider(let outsider):
            try remove(change.person, from: "members", roomKey)
            try execute(
                """
                INSERT INTO outsiders (room, person, inviter, banned_until, muted_until)
                VALUES (?, (SELECT key FROM people WHERE id = ?), ?, ?, ?)
                ON CONFLICT (room, person) DO UPDATE SET inviter = excluded.inviter,
                    banned_until = excluded.banned_until, muted_until = excluded.muted_until
                """,
                [
                    roomKey, change.person.data, outsider.invitedBy?.data,
                    outsider.bannedUntil?.milliseconds, outsider.mutedUntil?.milliseconds,
                ])
        case nil:
            try remove(change.person, from: "members", roomKey)
            try remove(change.person, from: "outsiders", roomKey)
        }
    }

    private func remove(_ person: PersonID, from table: String, _ roomKey: Int64) throws {
        try execute(
            "DELETE FROM \(table) WHERE room = ? AND person = (SELECT key FROM people WHERE id = ?)",
            [roomKey, person.data])
    }

    func write(_ pin: Pin, roomKey: Int64) throws {
        try execute("DELETE FROM pins WHERE room = ? AND sequence = ?", [roomKey, Int64(pin.target)])
        if pin.isRemoved { return }
        try execute("INSERT INTO pins (room, sequence) VALUES (?, ?)", [roomKey, Int64(pin.target)])
    }

    func write(_ change: ReadMarkChange, roomKey: Int64) throws {
        guard let mark = change.mark else { return try remove(change.person, from: "reads", roomKey) }
        var mentions: [UInt8] = []
        for sequence in mark.mentions { BigEndian.append(sequence, to: &mentions) }
        try execute(
            """
            INSERT INTO reads (room, person, sequence, messages, mentions)
            VALUES (?, (SELECT key FROM people WHERE id = ?), ?, ?, ?)
            ON CONFLICT (room, person) DO UPDATE SET sequence = excluded.sequence,
                messages = excluded.messages, mentions = excluded.mentions
            """,
            [
                roomKey, change.person.data, Int64(mark.sequence), Int64(mark.messages), Data(mentions),
            ])
    }

    func write(_ block: Block) throws {
        let pair = "(SELECT key FROM people WHERE id = ?)"
        let arguments: StatementArguments = [block.person.data, block.blocked.data]
        if block.isLifted {
            try execute("DELETE FROM blocks WHERE person = \(pair) AND blocked = \(pair)", arguments)
        } else {
            try execute("INSERT OR IGNORE INTO blocks (person, blocked) VALUES (\(pair), \(pair))", arguments)
        }
    }
}

extension Outsider {
    /// Columns from `first` on: inviter, banned until, muted until.
    init(row: Row, from first: Int) throws(StorageError) {
        self.init(
            invitedBy: row.hasNull(atIndex: first) ? nil : try row.identifier(first),
            bannedUntil: (row[first + 1] as Int64?).map { Timestamp(milliseconds: $0) },
            mutedUntil: (row[first + 2] as Int64?).map { Timestamp(milliseconds: $0) })
    }
}
