import ArgumentParser
import Chat
import Native
import Security
import Server
import Wire

/// `securechat check`: reads everything in a data directory that no server uses, and says whether it is
/// whole.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify a stopped server's data: every event, in its place, unchanged.",
        discussion: """
            Walks each room's history from its first event and verifies sequence and digest chain, then the \
            chain of identity keys.
            """)

    @OptionGroup var server: ServerOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let directory = server.directory
        _ = try directory.readMarker()
        let configuration = try server.effectiveConfiguration().configuration
        let entrance = try StoreEntrance(directory, configuration) { standardError("securechat: \($0)\n") }
        let keys = entrance.keys
        let factory = Composition.embedded(
            in: directory, auditKey: keys.audit, limits: configuration.limits)
        let (events, report) = try walk(factory, directory, configuration.limits)
        let sessions = try factory.openSessions()
        let identity = try checkIdentity(keys.identity, of: events.server)
        try events.close()
        _ = consume entrance
        if let folder = sessions.setAside {
            standardOutput("the sessions were damaged and are set aside in \(folder)\n")
        }
        if json {
            standardOutput(
                "{\"rooms\":\(report.rooms),\"events\":\(report.events),\"people\":\(report.people),"
                    + "\"identity\":\(identity.number)}\n")
        } else {
            standardOutput("\(report.people) people, \(report.rooms) rooms, \(report.events) events: whole\n")
            standardOutput("identity key \(identity.number), \(identity.changes.count) changes: whole\n")
        }
    }

    private func walk(
        _ factory: StoreFactory, _ directory: DataDirectory, _ limits: Limits
    ) throws -> (OpenEvents, HistoryCheck.Report) {
        do {
            let events = try factory.openEvents()
            return (events, try HistoryCheck(events: events, limits: limits).run())
        } catch {
            guard error.code == .damaged else { throw error }
            throw CommandFailure(
                StoreDamage(.history, directory.history, error.detail, in: directory).description)
        }
    }

    /// The chain of identity keys, as clients would check it.
    private func checkIdentity(_ record: IdentityRecord, of server: [UInt8]) throws -> IdentityRecord {
        guard let id = ServerID(bytes: server) else { throw CommandFailure("the server's id is damaged") }
        do {
            try record.verify(of: id, at: Timestamp(milliseconds: WallClock.milliseconds()))
        } catch {
            throw CommandFailure("\(self.server.directory.identityKey): \(error)")
        }
        return record
    }
}
