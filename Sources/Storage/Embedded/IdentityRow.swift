import Chat
import GRDB

extension IdentityLink {
    /// All of them, in the order of their keys.
    static func fetchAll(_ database: Database) throws -> [IdentityLink] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT issuer, subject, people.id, linked_at FROM identities
                JOIN people ON people.key = identities.person ORDER BY issuer, subject
                """)
        return try Array(rows.map { row in try IdentityLink(row: row) })
    }

    private init(row: Row) throws(StorageError) {
        guard let issuer: String = row[0], let subject: String = row[1],
            let identity = ExternalIdentity(issuer: issuer, subject: subject)
        else { throw StorageError(.damaged, "a row of chat.db holds no identity") }
        self.init(identity: identity, person: try row.identifier(2), linkedAt: row.timestamp(3))
    }
}
