import Chat
import Native
import Security
import Storage

/// Verifies what a snapshot was unpacked to: each store by itself, the stores against each other, and all
/// against the manifest.
///
/// For the caller's thread, with nobody else in the directory.
struct SnapshotCheck {
    let directory: DataDirectory
    let header: SnapshotHeader
    let manifest: SnapshotManifest
    let limits: Limits
    let forms: StoreForms
    /// Whether databases of an older form stay as they are: copies of them are migrated and looked through
    /// then, as this version reads today's form only.
    let keepsForm: Bool

    /// - Parameter isCancelled: asked between the stores; when it says so, this gives up.
    /// - Throws: `SnapshotError.inconsistent`, naming what does not fit.
    func run(isCancelled: () -> Bool = { false }) throws {
        func goOn() throws(SnapshotError) {
            if isCancelled() { throw SnapshotError(.failed, "the server is stopping") }
        }
        try DatabaseCheck.run(directory.history, name: SnapshotPart.history)
        try goOn()
        try DatabaseCheck.run(directory.audit, name: SnapshotPart.audit)
        try goOn()
        guard let key = Hex.bytes(header.key) else { throw SnapshotError(.damaged, "it names no key") }
        let today = try directoryOfToday()
        defer { if today != directory { try? Files.removeTree(today.path) } }
        let factory = Composition.embedded(in: today, auditKey: .generate(), forms: forms, limits: limits)
        let events = try factory.openEvents()
        let people = try checkHistory(events)
        try events.close()
        try goOn()
        let sessions = Composition.embedded(in: directory, auditKey: .generate(), limits: limits)
        try checkSessions(try sessions.openSessions(), people)
        try checkAudit(try factory.audit.open(), key)
    }

    /// Where the databases are of today's form.
    private func directoryOfToday() throws -> DataDirectory {
        let look = try forms.look(history: directory.history, audit: directory.audit)
        guard look.isOlder else { return directory }
        let today = keepsForm ? DataDirectory(path: "\(directory.path)/today") : directory
        if keepsForm {
            guard try Files.makeDirectory(today.path, mode: 0o700) else {
                throw SnapshotError(.failed, "\(today.path) is there already")
            }
            try DatabaseCopy.make(of: directory.history, to: today.history)
            try DatabaseCopy.make(of: directory.audit, to: today.audit)
        }
        try forms.migrate(history: today.history, audit: today.audit)
        try DatabaseCheck.run(today.history, name: SnapshotPart.history)
        try DatabaseCheck.run(today.audit, name: SnapshotPart.audit)
        return today
    }

    private func checkHistory(_ events: OpenEvents) throws -> Set<PersonID> {
        let report: HistoryCheck.Report
        do throws(StorageError) {
            report = try HistoryCheck(events: events, limits: limits).run()
        } catch {
            throw SnapshotError(.inconsistent, error.detail)
        }
        let stored = try events.store.load()
        let heads = stored.rooms.map { stored in
            SnapshotManifest.RoomHead(
                room: "\(stored.room.id)", sequence: stored.head.sequence, link: "\(stored.head.link)")
        }
        guard Set(heads) == Set(manifest.rooms) else {
            throw SnapshotError(.inconsistent, "a room ends elsewhere than the manifest says")
        }
        let members = stored.rooms.reduce(0) { $0 + $1.members.count }
        let counts = manifest.counts
        for (what, found, stated) in [
            ("people", report.people, counts.people), ("rooms", report.rooms, counts.rooms),
            ("events", report.events, counts.events), ("members", members, counts.members),
        ] {
            try demand(what, found, stated)
        }
        let people = Set(stored.people.map(\.id))
        for room in stored.rooms where !people.isSuperset(of: room.members.keys) {
            throw SnapshotError(.inconsistent, "room \(room.room.id) has a member who is nobody")
        }
        return people
    }

    private func checkSessions(_ sessions: OpenSessions, _ people: Set<PersonID>) throws {
        if let folder = sessions.setAside {
            throw SnapshotError(.inconsistent, "the sessions cannot be read: \(folder)")
        }
        guard let cut = try sessions.cut?() else { return }
        let owners = try cut.owners()
        try demand("sessions and invites", owners.count, manifest.counts.sessions + manifest.counts.invites)
        guard people.isSuperset(of: owners) else {
            throw SnapshotError(.inconsistent, "a session is of a person who is nobody")
        }
    }

    private func checkAudit(_ open: OpenAudit, _ key: [UInt8]) throws {
        var verifier = AuditVerifier(
            log: open.store.log, publicKey: key, segmentMost: limits.auditCheckpointEntries)
        var cursor = AuditCursor.start
        var entries = 0
        do {
            while true {
                let items = try open.reader.items(
                    after: cursor, maxEntries: limits.auditPageEntries, maxBytes: limits.auditPageBytes)
                if items.isEmpty { break }
                for item in items {
                    try verifier.take(item)
                    cursor.pass(item)
                    if case .entry = item { entries += 1 }
                }
            }
            if entries > 0 { _ = try verifier.finish() }
        } catch let finding as AuditFinding {
            throw SnapshotError(.inconsistent, "audit log: \(finding)")
        }
        try open.close()
        try demand("audit entries", entries, manifest.counts.auditEntries)
    }

    private func demand(_ what: String, _ found: Int, _ stated: Int) throws(SnapshotError) {
        guard found == stated else {
            throw SnapshotError(
                .inconsistent, "it has \(found) \(what), and the manifest says \(stated)")
        }
    }
}
