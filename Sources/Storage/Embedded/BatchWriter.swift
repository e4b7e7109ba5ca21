import Chat
import Foundation
import GRDB

/// Writes one batch inside a transaction that its caller begins and ends. Lives for that long, on the
/// writer's connection.
struct BatchWriter {
    private struct StoredHead {
        let key: Int64
        let head: Head
    }

    let database: Database
    let limits: Limits

    init(_ database: Database, limits: Limits) {
        self.database = database
        self.limits = limits
    }

    /// Writes all but the rooms whose head is not as expected, and answers these.
    func write(_ batch: Batch) throws -> [RoomID] {
        for person in batch.people { try write(person) }
        for change in batch.identities { try write(change) }
        for change in batch.invites { try write(change) }
        for block in batch.blocks { try write(block) }
        for deletion in batch.deletions { try write(deletion) }
        try write(batch.audit)
        try remove(batch.audited)
        if let moment = batch.sendsForgottenBefore { try forgetSends(before: moment) }
        var conflicts: [RoomID] = []
        var accepted: [(change: RoomBatch, stored: StoredHead?)] = []
        for change in batch.rooms {
            let stored = try storedHead(of: change.room)
            if (stored?.head ?? .empty) == change.expecting {
                accepted.append((change, stored))
            } else {
                conflicts.append(change.room)
            }
        }
        // Rooms of one batch may pass a name on from one to the other: all are given up before any is taken.
        if accepted.count > 1 {
            for case (let change, let stored?) in accepted where change.settings != nil {
                try execute("UPDATE rooms SET unique_name = NULL WHERE key = ?", [stored.key])
            }
        }
        for (change, stored) in accepted {
            try write(change, over: stored)
            try write(change.audit)
        }
        return conflicts
    }

    private func storedHead(of room: RoomID) throws -> StoredHead? {
        let statement = try database.cachedStatement(
            sql: "SELECT key, head_sequence, head_link FROM rooms WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [room.data]).map { row in
            StoredHead(key: row[0], head: Head(sequence: row[1], link: try row.digest(2)))
        }
    }

    private func write(_ person: Person) throws {
        let values = """
            INSERT INTO people (\(Person.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, unique_name = excluded.unique_name,
                password = excluded.password, administrator = excluded.administrator,
                disabled = excluded.disabled, session_epoch = excluded.session_epoch,
                factor = excluded.factor, factor_secret = excluded.factor_secret,
                factor_step = excluded.factor_step, factor_codes = excluded.factor_codes,
                factor_since = excluded.factor_since
            """
        try execute(values, person.arguments)
    }

    private func write(_ change: ExternalIdentityChange) throws {
        let identity = change.identity
        guard let link = change.link else {
            return try execute(
                "DELETE FROM identities WHERE issuer = ? AND subject = ?",
                [identity.issuer, identity.subject])
        }
        let values = """
            INSERT INTO identities (issuer, subject, person, linked_at)
            VALUES (?, ?, (SELECT key FROM people WHERE id = ?), ?)
            ON CONFLICT (issuer, subject) DO UPDATE SET person = excluded.person,
                linked_at = excluded.linked_at
            """
        try execute(
            values, [identity.issuer, identity.subject, link.person.data, link.linkedAt.milliseconds])
    }

    private func write(_ change: OpenInviteChange) throws {
        guard let invite = change.invite else {
            return try execute("DELETE FROM open_invites WHERE id = ?", [change.id.data])
        }
        try execute(OpenInvite.upsert, invite.arguments)
    }

    private func write(_ change: RoomBatch, over stored: StoredHead?) throws {
        let head = change.headAfter
        let key: Int64
        if let stored {
            key = stored.key
            if let settings = change.settings { try update(settings, key: key) }
        } else {
            guard let settings = change.settings else {
                preconditionFailure("a room's first batch must bring its settings")
            }
            key = try insert(settings)
        }
        for standing in change.standings { try write(standing, roomKey: key) }
        for pin in change.pins { try write(pin, roomKey: key) }
        for mark in change.marks { try write(mark, roomKey: key) }
        try write(change.events, roomKey: key, head)
        for edit in change.edits { try write(edit, roomKey: key) }
        for erasure in change.erasures { try write(erasure, roomKey: key) }
        for deletion in change.deletions { try write(deletion) }
        if let removal = change.removal { try write(removal, roomKey: key) }
    }

    private func write(_ events: [Event], roomKey key: Int64, _ head: Head) throws {
        guard let last = events.last else { return }
        try execute(
            "UPDATE rooms SET head_sequence = ?, head_link = ?, last_at = ?, messages = ? WHERE key = ?",
            [Int64(head.sequence), head.link.data, last.at.milliseconds, Int64(last.messages), key])
        let statement = try database.cachedStatement(
            sql: "INSERT INTO events (\(Event.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for event in events {
            statement.setUncheckedArguments(event.arguments(roomKey: key))
            try statement.execute()
        }
    }

    private func write(_ edit: EditPlace, roomKey: Int64) throws {
        try execute(
            "INSERT INTO edits (target, position, content_digest) VALUES (?, ?, ?)",
            [
                EventPosition(roomKey: roomKey, sequence: edit.target).number,
                EventPosition(roomKey: roomKey, sequence: edit.sequence).number, edit.contentDigest.data,
            ])
    }

    /// What is deleted is overwritten (`secure_delete`); SQLite's log is cut off soon after.
    private func write(_ erasure: Erasure, roomKey: Int64) throws {
        let position = EventPosition(roomKey: roomKey, sequence: erasure.sequence).number
        try execute(
            "UPDATE events SET content = x'', content_digest = ? WHERE position = ?",
            [erasure.contentDigest.data, position])
        precondition(database.changesCount == 1, "what is not there cannot be erased")
        try execute("DELETE FROM edits WHERE target = ?", [position])
    }

    private func insert(_ room: Room) throws -> Int64 {
        let values = """
            INSERT INTO rooms (\(Room.columns), head_sequence, head_link, last_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
            """
        try execute(
            values,
            [
                room.id.data, Int64(room.kind.rawValue), room.name?.displayed, room.name?.unique, room.topic,
                room.isArchived, room.createdAt.milliseconds, room.pair?.lesser.data, room.pair?.greater.data,
                Int64(room.rules.visibility.rawValue), Int64(room.rules.slowSeconds),
                Int64(room.rules.keepDays), Digest.zero.data, room.createdAt.milliseconds,
            ])
        return database.lastInsertedRowID
    }

    /// A room's kind, pair and birth never change.
    private func update(_ room: Room, key: Int64) throws {
        try execute(
            """
            UPDATE rooms SET name = ?, unique_name = ?, topic = ?, archived = ?, visibility = ?,
                slow_seconds = ?, keep_days = ?
            WHERE key = ?
            """,
            [
                room.name?.displayed, room.name?.unique, room.topic, room.isArchived,
                Int64(room.rules.visibility.rawValue), Int64(room.rules.slowSeconds),
                Int64(room.rules.keepDays), key,
            ])
    }

    private func write(_ records: [AuditRecord]) throws {
        for record in records {
            try execute(
                "INSERT INTO audit_outbox (\(AuditRecord.columns)) VALUES (?, ?, ?, ?, ?, ?)",
                record.arguments)
        }
    }

    private func remove(_ audited: [AuditRecordID]) throws {
        for id in audited { try execute("DELETE FROM audit_outbox WHERE id = ?", [id.data]) }
    }

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
