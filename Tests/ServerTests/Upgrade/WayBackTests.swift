import Chat
import Native
import Testing

@testable import Server
@testable import Storage

/// From an upgraded server to what was there before, for the version that was.
@Suite struct WayBackTests {
    private let scene: UpgradeScene
    private let restored: DataDirectory

    init() throws {
        scene = try UpgradeScene()
        restored = DataDirectory(path: scene.scratch.path + "/restored")
    }

    private func restore(_ path: String, _ forms: StoreForms) throws {
        _ = try SnapshotRestoration(
            of: path, to: restored, key: scene.keys.audit.publicKey, access: nil, keys: scene.directory.keys,
            replaces: false, forms: forms, limits: scene.limits
        ).run(now: UpgradeScene.now)
    }

    /// By the newer version too: it is the older one's again.
    @Test(arguments: [true, false])
    func theSnapshotFromBeforeIsRestoredInItsOldForm(_ isByTheNewer: Bool) throws {
        let before = try scene.contents()
        try scene.upgrade()
        try restore(try #require(try scene.snapshots().first), isByTheNewer ? UpgradeScene.forms : .current)
        #expect(
            try StoreForms.current.look(history: restored.history, audit: restored.audit)
                == StoreForms.Look(history: .present, audit: .present))
        var after = try scene.contents(of: restored)
        // What a restore changes: another incarnation, sessions that end, and its record.
        #expect(after["chat.db audit_outbox"]?.count == 1)
        #expect(after["chat.db people"]?.count == before["chat.db people"]?.count)
        for table in ["meta", "people", "audit_outbox"] {
            after["chat.db \(table)"] = before["chat.db \(table)"]
        }
        // The first snapshot signs what was not signed.
        #expect(after == before)
        #expect(try Files.names(in: restored.path).filter { $0.hasSuffix("-wal") || $0 == "today" } == [])
        let factory = Composition.embedded(in: restored, auditKey: scene.keys.audit, limits: scene.limits)
        let events = try factory.openEvents()
        let log = try AuditLog.open(factory.audit, limits: scene.limits, now: UpgradeScene.now)
        #expect(log.setAside == nil)
        #expect(try events.store.load().people.map(\.name.displayed) == ["ada"])
        try log.close(at: UpgradeScene.now)
        try events.close()
    }

    @Test func aSnapshotOfAnOlderFormVerifies() throws {
        try scene.upgrade()
        let contents = try SnapshotVerification(
            of: try #require(try scene.snapshots().first), key: scene.keys.audit.publicKey, access: nil,
            scratch: scene.scratch.path + "/scratch", forms: UpgradeScene.forms, limits: scene.limits
        ).run()
        #expect(contents.people == 1)
        #expect(try Files.status(of: scene.scratch.path + "/scratch") == nil)
    }

    @Test func aSnapshotOfANewerFormIsRefusedByItsCode() throws {
        try scene.upgrade()
        let path = scene.scratch.path + "/newer.snapshot"
        let made = try scene.administer(.makeSnapshot(path: path, withKeys: false, lock: nil))
        guard case .snapshot = made else {
            Issue.record("\(made)")
            return
        }
        let error = #expect(throws: SnapshotError.self) { try restore(path, .current) }
        #expect(error?.code == .newer)
        #expect(try Files.status(of: restored.path) == nil)
    }

    @Test func ofThoseFromBeforeUpgradesTheTwoNewestAreKept() throws {
        let shelf = SnapshotShelf(scene.directory)
        try Files.makeDirectory(scene.directory.snapshots, mode: 0o700)
        var names: [String] = []
        for number in 0..<4 {
            let at = UpgradeScene.now.advanced(by: .seconds(number))
            names.append(SnapshotShelf.nameBeforeUpgrade(at: at))
            try Files.writeAtomically("\(scene.directory.snapshots)/\(names[number])", [1], mode: 0o600)
        }
        try Files.writeAtomically(
            "\(scene.directory.snapshots)/\(SnapshotShelf.name(at: UpgradeScene.now))", [1], mode: 0o600)
        #expect(try shelf.entries().count == 1)
        #expect(try shelf.remove(after: SnapshotRetention()).count == 2)
        #expect(
            try shelf.entriesBeforeUpgrades().map(\.path)
                == names[2...].map { "\(scene.directory.snapshots)/\($0)" })
        #expect(try shelf.entries().count == 1)
    }
}
