import Chat
import Foundation
import GRDB
import Native
import Testing

@testable import Server
@testable import Storage

/// A server's directory of today's form, and a version after today's whose databases take one more step.
struct UpgradeScene {
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let step = "999 something else"

    let scratch: ScratchDirectory
    let directory: DataDirectory
    let keys: ServerKeys
    var limits = Limits.standard

    init() throws {
        scratch = try ScratchDirectory()
        directory = DataDirectory(path: scratch.path + "/data")
        var configuration = Configuration.standard
        configuration.serverName = "box.example"
        _ = try ServerSetup(
            directory: directory, configuration: configuration, administrator: "ada", identityBits: 2_048)
        keys = try ServerKeys.load(from: directory)
        limits.diskReserveMegabytes = 0
    }

    /// The next version's.
    static let forms = StoreForms(
        history: form(ChatSchema.form) { try $0.execute(sql: "ALTER TABLE rooms ADD COLUMN another TEXT") },
        audit: form(AuditSchema.form) { try $0.execute(sql: "CREATE TABLE another (x INTEGER) STRICT") })

    static func form(
        _ form: SyncedDatabase.Form, _ step: @escaping @Sendable (Database) throws -> Void
    ) -> SyncedDatabase.Form {
        var migrations = form.migrations
        migrations.registerMigration(Self.step, migrate: step)
        return SyncedDatabase.Form(
            label: form.label, migrations: migrations, writerCache: form.writerCache)
    }

    func upgrade(_ forms: StoreForms = Self.forms, protection: SnapshotProtection? = nil) throws(UpgradeError)
    {
        try StoreUpgrade(
            of: directory, signer: keys.audit, protection: protection, forms: forms, limits: limits
        ) { _ in }.run(now: Self.now)
    }

    /// The code of what it throws; `nil` when it does not.
    func code(_ forms: StoreForms = Self.forms) -> UpgradeError.Code? {
        do {
            try upgrade(forms)
            return nil
        } catch {
            return error.code
        }
    }

    func look(_ forms: StoreForms = Self.forms) throws -> StoreForms.Look {
        try forms.look(history: directory.history, audit: directory.audit)
    }

    var isUpgraded: Bool {
        get throws { try look() == StoreForms.Look(history: .present, audit: .present) }
    }

    /// Of the directory itself, but for what a lock or a log's index leaves.
    func names() throws -> Set<String> {
        try Set(Files.names(in: directory.path).filter { !$0.hasSuffix("-shm") && $0 != "lock" })
    }

    func snapshots() throws -> [String] {
        try SnapshotShelf(directory).entriesBeforeUpgrades().map(\.path)
    }

    /// Everything in both databases, whatever their form: each row of each table.
    func contents(of place: DataDirectory? = nil) throws -> [String: [[DatabaseValue]]] {
        var contents: [String: [[DatabaseValue]]] = [:]
        let place = place ?? directory
        for path in [place.history, place.audit] {
            let connection = try DatabaseQueue(path: path)
            try connection.read { database in
                let tables = try String.fetchAll(
                    database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
                for table in tables {
                    let key = "\(URL(filePath: path).lastPathComponent) \(table)"
                    contents[key] = try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map {
                        Array($0.databaseValues)
                    }
                }
            }
            try connection.close()
        }
        return contents
    }

    /// What administration says on the upgraded stores; enters what waits in the outbox.
    func administer(_ request: ControlRequest, _ forms: StoreForms = Self.forms) throws -> ControlResponse {
        let factory = Composition.embedded(
            in: directory, auditKey: keys.audit, forms: forms, limits: limits)
        let events = try factory.openEvents()
        let offline = try OfflineAdministration(
            events: events, sessions: try factory.openSessions(), audit: factory.audit,
            directory: directory, limits: limits)
        let response = offline.perform(request)
        try offline.close()
        try events.close()
        return response
    }

    /// The kinds of all audit entries.
    func auditKinds() throws -> [String] {
        let connection = try DatabaseQueue(path: directory.audit)
        let kinds = try connection.read {
            try String.fetchAll($0, sql: "SELECT kind FROM entries ORDER BY sequence")
        }
        try connection.close()
        return kinds
    }
}
