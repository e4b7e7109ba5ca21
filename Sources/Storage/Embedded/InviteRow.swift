import Chat
import Foundation
import GRDB

extension OpenInvite {
    private static let columns = """
        id, token, uses, uses_left, expires_at, administrator, rooms, role, maker, created_at
        """

    /// All of them, by their ids.
    static func fetchAll(_ database: Database) throws -> [OpenInvite] {
        let rows = try Row.fetchCursor(database, sql: "SELECT \(columns) FROM open_invites ORDER BY id")
        return try Array(rows.map { row in try OpenInvite(row: row) })
    }

    static func fetchOne(_ database: Database, token: Digest) throws -> OpenInvite? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM open_invites WHERE token = ?")
        return try Row.fetchOne(statement, arguments: [token.data]).map { row in try OpenInvite(row: row) }
    }

    /// Of an invite that is there only its uses change.
    static let upsert = """
        INSERT INTO open_invites (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET uses_left = excluded.uses_left
        """

    /// As `upsert` names them.
    var arguments: StatementArguments {
        [
            id.data, token.data, Int64(uses), Int64(usesLeft), expiresAt.milliseconds, makesAdministrator,
            Data(rooms.flatMap(\.bytes)), Int64(role.rawValue), maker.author.data,
            createdAt.milliseconds,
        ]
    }

    private init(row: Row) throws(StorageError) {
        guard let rooms: Data = row[6], rooms.count % 16 == 0, let role = Role(rawValue: row[7]) else {
            throw StorageError(.damaged, "an open invite that is not whole")
        }
        let bytes = [UInt8](rooms)
        let maker: PersonID = try row.identifier(8)
        self.init(
            id: try row.identifier(0), token: try row.digest(1), uses: row[2], usesLeft: row[3],
            expiresAt: row.timestamp(4), makesAdministrator: row[5],
            rooms: stride(from: 0, to: bytes.count, by: 16).compactMap {
                RoomID(bytes: bytes[$0..<($0 + 16)])
            }, role: role, maker: maker == .operations ? .operations : .person(maker),
            createdAt: row.timestamp(9))
    }
}
