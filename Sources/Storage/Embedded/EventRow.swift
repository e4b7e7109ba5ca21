import Chat
import Foundation
import GRDB

/// Where an event stands in the table: its room's key and its sequence in one number.
struct EventPosition {
    let number: Int64

    init(number: Int64) { self.number = number }

    init(roomKey: Int64, sequence: UInt64) {
        precondition(sequence <= ChatSchema.greatestSequence, "a room's sequence has 40 bits")
        number = roomKey << ChatSchema.sequenceBits | Int64(sequence)
    }

    var roomKey: Int64 { number >> ChatSchema.sequenceBits }
    var sequence: UInt64 { UInt64(number) & ChatSchema.greatestSequence }
}

extension Event {
    static let columns = "position, id, author, at, send_id, salt, content_digest, link, content, messages"

    func arguments(roomKey: Int64) -> StatementArguments {
        [
            EventPosition(roomKey: roomKey, sequence: sequence).number, id.data, author.data, at.milliseconds,
            sendID?.data, salt.data, contentDigest?.data, link.data, Data(content),
            Int64(messages),
        ]
    }

    /// Of a row that begins with `columns`.
    init(row: Row, room: RoomID) throws(StorageError) {
        let sendID: Data? = row[4]
        let erased: Data? = row[6]
        let content: Data = row[8]
        self.init(
            room: room, sequence: EventPosition(number: row[0]).sequence, id: try row.identifier(1),
            author: try row.identifier(2), at: row.timestamp(3), content: [UInt8](content),
            salt: try row.identifier(5), contentDigest: erased == nil ? nil : try row.digest(6),
            link: try row.digest(7), sendID: sendID == nil ? nil : try row.identifier(4),
            messages: row[9])
    }
}

extension Event {
    /// As which a send is remembered whose event was removed; `nil` when it is not.
    static func removed(_ key: SendKey, in database: Database) throws -> Event? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT position, id, at, salt, content_digest,
                    (SELECT id FROM rooms WHERE key = position >> \(ChatSchema.sequenceBits))
                FROM removed_sends WHERE send_id = ? AND author = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [key.send.data, key.person.data]) else {
            return nil
        }
        return Event(
            room: try row.identifier(5), sequence: EventPosition(number: row[0]).sequence,
            id: try row.identifier(1), author: key.person, at: row.timestamp(2), content: [],
            salt: try row.identifier(3), contentDigest: try row.digest(4), link: .zero, sendID: key.send)
    }
}

extension Person {
    static let columns = """
        id, name, unique_name, password, administrator, disabled, session_epoch, created_at, factor,
        factor_secret, factor_step, factor_codes, factor_since
        """

    /// As `columns` names them.
    var arguments: StatementArguments {
        [
            id.data, name.displayed, name.unique, password, isAdministrator, isDisabled, Int64(sessionEpoch),
            createdAt.milliseconds, factor?.id.data, factor.map { Data($0.sealedSecret) },
            factor.map { Int64(clamping: $0.lastStep) },
            factor.map { Data($0.recoveryCodes.flatMap(\.bytes)) }, factor?.enrolledAt.milliseconds,
        ]
    }

    /// Of a row that begins with `columns`.
    init(row: Row) throws(StorageError) {
        guard let name = row.name(1, unique: 2) else {
            throw StorageError(.damaged, "a person without a name")
        }
        self.init(
            id: try row.identifier(0), name: name, password: row[3], factor: try Self.factor(row),
            isAdministrator: row[4], isDisabled: row[5], sessionEpoch: row[6], createdAt: row.timestamp(7))
    }

    private static func factor(_ row: Row) throws(StorageError) -> SecondFactor? {
        guard let secret: Data = row[9] else { return nil }
        guard let step: Int64 = row[10], step >= 0, let digests: Data = row[11], digests.count % 32 == 0,
            let since: Int64 = row[12]
        else { throw StorageError(.damaged, "a second factor that is not whole") }
        let bytes = [UInt8](digests)
        return SecondFactor(
            id: try row.identifier(8), sealedSecret: [UInt8](secret), lastStep: UInt64(step),
            recoveryCodes: stride(from: 0, to: bytes.count, by: 32).compactMap {
                Digest(bytes: bytes[$0..<($0 + 32)])
            }, enrolledAt: Timestamp(milliseconds: since))
    }

    static func fetchOne(_ database: Database, where condition: String, _ value: any DatabaseValueConvertible)
        throws -> Person?
    {
        let statement = try database.cachedStatement(sql: "SELECT \(columns) FROM people WHERE \(condition)")
        return try Row.fetchOne(statement, arguments: [value]).map { row in try Person(row: row) }
    }
}

extension Room {
    static let columns = """
        id, kind, name, unique_name, topic, archived, created_at, lesser, greater, visibility, slow_seconds,
        keep_days
        """

    /// Of a row that begins with `columns`.
    init(row: Row) throws(StorageError) {
        guard let kind = Room.Kind(rawValue: row[1]) else {
            throw StorageError(.damaged, "a room of an unknown kind")
        }
        guard let visibility = RoomRules.Visibility(rawValue: row[9]) else {
            throw StorageError(.damaged, "a room whose history is visible in an unknown way")
        }
        let pair = kind == .direct ? PersonPair(try row.identifier(7), try row.identifier(8)) : nil
        self.init(
            id: try row.identifier(0), kind: kind, name: row.name(2, unique: 3), topic: row[4],
            isArchived: row[5],
            rules: RoomRules(visibility: visibility, slowSeconds: row[10], keepDays: row[11]),
            createdAt: row.timestamp(6), pair: pair)
    }
}
