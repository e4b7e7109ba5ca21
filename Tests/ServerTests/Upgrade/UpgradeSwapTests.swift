import Chat
import Foundation
import Native
import Testing

@testable import Server
@testable import Storage

/// What a cut leaves, and what the next start makes of it.
@Suite struct UpgradeSwapTests {
    private let scratch: ScratchDirectory
    private let directory: DataDirectory
    private let swap: UpgradeSwap

    init() throws {
        scratch = try ScratchDirectory()
        directory = DataDirectory(path: scratch.path)
        swap = UpgradeSwap(directory)
        try scratch.write("old", to: "chat.db")
        try scratch.write("old", to: "audit.db")
        try Files.makeDirectory(directory.snapshots, mode: 0o700)
    }

    private var name: String { SnapshotShelf.nameBeforeUpgrade(at: UpgradeScene.now) }

    private func prepare() throws {
        try swap.begin(snapshot: name)
        try Files.makeDirectory(swap.prepared.path, mode: 0o700)
        for name in ["chat.db", "audit.db", "securechat.json"] {
            try scratch.write("new", to: "upgrade.partial/data/\(name)")
        }
    }

    private func contents() throws -> [String] {
        try [directory.history, directory.audit].map {
            String(decoding: try Files.read($0, limit: 99), as: UTF8.self)
        }
    }

    @Test func whatIsReadyTakesThePlaceOfTheOld() throws {
        try prepare()
        try scratch.write("", to: "chat.db-wal")
        try scratch.write("index", to: "chat.db-shm")
        try swap.commit()
        #expect(try swap.isReady)
        #expect(try contents() == ["old", "old"])
        try swap.finish()
        #expect(try contents() == ["new", "new"])
        #expect(try Files.names(in: directory.path) == ["audit.db", "chat.db", "snapshots"])
    }

    /// One is in its place already, under both its names.
    @Test func whatWasHalfDoneIsFinished() throws {
        try prepare()
        try swap.commit()
        let ready = directory.path + "/upgrade.ready/data/chat.db"
        try FileManager.default.removeItem(atPath: directory.history)
        try FileManager.default.linkItem(atPath: ready, toPath: directory.history)
        try swap.finish()
        #expect(try contents() == ["new", "new"])
        #expect(try !swap.isReady)
    }

    /// Each call of the last step, failing once.
    @Test(arguments: ["fsync", "rename", "open", "unlink", "rmdir", "stat", "lstat"])
    func whatFailsOnTheWayIsFinishedTheNextTime(_ call: String) throws {
        var sparing = 0
        while true {
            try scratch.write("old", to: "chat.db")
            try scratch.write("old", to: "audit.db")
            try prepare()
            try swap.commit()
            var isStruck = false
            FaultPlan.force(.inputOutput, on: call, sparing: sparing) {
                do { try swap.finish() } catch { isStruck = true }
            }
            if try swap.isReady { try swap.finish() }
            #expect(try contents() == ["new", "new"], "\(call) \(sparing)")
            #expect(try Files.names(in: directory.path) == ["audit.db", "chat.db", "snapshots"])
            guard isStruck else { break }
            sparing += 1
        }
        #expect(sparing > 0)
    }

    @Test func aLogOfTheOldIsNeverPairedWithTheNew() throws {
        try prepare()
        try scratch.write("not written back", to: "chat.db-wal")
        #expect(throws: UpgradeError.self) { try swap.commit() }
        #expect(try !swap.isReady)
        try FileManager.default.removeItem(atPath: directory.history + "-wal")
        try swap.commit()
        try scratch.write("written since", to: "audit.db-wal")
        #expect(throws: UpgradeError.self) { try swap.finish() }
        #expect(try contents()[1] == "old")
        #expect(try Files.status(of: directory.audit + "-wal")?.size ?? 0 > 0)
    }

    @Test func whatCameToNothingIsRemovedWithItsSnapshotAndNoOther() throws {
        try prepare()
        let other = SnapshotShelf.nameBeforeUpgrade(at: UpgradeScene.now.advanced(by: .seconds(1)))
        for name in [name, other, "mine"] { try scratch.write("snapshot", to: "snapshots/\(name)") }
        try swap.discard()
        #expect(try Files.names(in: directory.snapshots) == ["mine", other])
        #expect(try contents() == ["old", "old"])
        try swap.discard()
    }

    @Test func aNoteLeadsToNothingElse() throws {
        for name in ["../chat.db", "../keys/audit.pem", "mine", ""] {
            try swap.begin(snapshot: name)
            try scratch.write("mine", to: "snapshots/mine")
            try swap.discard()
        }
        #expect(try Files.names(in: directory.path) == ["audit.db", "chat.db", "snapshots"])
        #expect(try Files.names(in: directory.snapshots) == ["mine"])
    }
}
