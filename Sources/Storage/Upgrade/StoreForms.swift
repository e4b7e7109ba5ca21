package import Chat
import GRDB

/// The forms of the two databases that this version works with. A value; any thread.
package struct StoreForms: Sendable {
    package static var current: StoreForms {
        StoreForms(history: ChatSchema.form, audit: AuditSchema.form)
    }

    let history: SyncedDatabase.Form
    let audit: SyncedDatabase.Form

    /// What two files are to this version.
    package struct Look: Hashable, Sendable {
        package let history: FormatStanding
        package let audit: FormatStanding

        package init(history: FormatStanding, audit: FormatStanding) {
            self.history = history
            self.audit = audit
        }

        /// One of them has to be brought to today's form.
        package var isOlder: Bool { history.isOlder || audit.isOlder }
    }

    /// `history 6, audit log 1`.
    package var text: String { Self.text(history: history.format, audit: audit.format) }

    /// As `text`, of the files that were looked into.
    package func text(of look: Look) -> String {
        Self.text(
            history: Self.format(of: look.history, today: history.format),
            audit: Self.format(of: look.audit, today: audit.format))
    }

    /// Looks into two files that nobody else has open, and changes nothing.
    /// - Throws: `.newer` naming both formats; another code where one cannot be read.
    package func look(history: String, audit: String) throws(StorageError) -> Look {
        Look(history: try look(intoHistory: history), audit: try look(intoAudit: audit))
    }

    package func look(intoHistory path: String) throws(StorageError) -> FormatStanding {
        try Self.look(into: path, history)
    }

    package func look(intoAudit path: String) throws(StorageError) -> FormatStanding {
        try Self.look(into: path, audit)
    }

    /// Brings two files that nobody else has open to today's form, one step after the other, where they are.
    /// On the disk when it returns. A file may be of some form between when it throws.
    package func migrate(history: String, audit: String) throws(StorageError) {
        try Self.migrate(history, self.history)
        try Self.migrate(audit, self.audit)
    }

    private static func look(
        into path: String, _ form: SyncedDatabase.Form
    ) throws(StorageError) -> FormatStanding {
        let standing = form.standing(of: try DatabaseFormat.look(into: path))
        if case .newer(let format, let step) = standing {
            throw form.refusal(of: path, format: format, step: step)
        }
        return standing
    }

    private static func migrate(_ path: String, _ form: SyncedDatabase.Form) throws(StorageError) {
        guard try look(into: path, form) != .present else { return }
        try StorageError.translating {
            var configuration = Configuration()
            configuration.foreignKeysEnabled = true
            configuration.prepareDatabase { database in
                // What a step takes away is overwritten, as everything that is deleted.
                try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
            }
            let connection = try DatabaseQueue(path: path, configuration: configuration)
            try form.migrations.migrate(connection)
            _ = try connection.writeWithoutTransaction { database in try database.checkpoint(.truncate) }
            try connection.close()
        }
    }

    private static func text(history: Int, audit: Int) -> String { "history \(history), audit log \(audit)" }

    private static func format(of standing: FormatStanding, today: Int) -> Int {
        switch standing {
        case .missing: 0
        case .present: today
        case .older(let format), .newer(let format, _): format
        }
    }
}
