import Chat
import GRDB
import Native
import Testing

@testable import Server
@testable import Storage

@Suite struct StoreUpgradeTests {
    private var scene: UpgradeScene

    init() throws { scene = try UpgradeScene() }

    @Test func whereThereIsNothingToDoNothingIsWritten() throws {
        let (names, contents) = try (scene.names(), scene.contents())
        try scene.upgrade(.current)
        #expect(try scene.names() == names)
        #expect(try scene.contents() == contents)
    }

    @Test func bothDatabasesAreOfTheNewFormAndHoldWhatTheyHeld() throws {
        let before = try scene.contents()
        try scene.upgrade()
        #expect(try scene.isUpgraded)
        var after = try scene.contents()
        #expect(after["audit.db another"] == [])
        #expect(after["chat.db people"] == before["chat.db people"])
        #expect(after["audit.db entries"] == before["audit.db entries"])
        #expect(after["chat.db audit_outbox"]?.count == 1)
        #expect(try scene.snapshots().count == 1)
        #expect(try !scene.names().contains { $0.hasPrefix("upgrade.") })
        #expect(try scene.auditKinds().last != "upgraded")
        guard case .people(let people, more: _) = try scene.administer(.listPeople(after: nil)) else {
            Issue.record("no people")
            return
        }
        #expect(people.map(\.name) == ["ada"])
        #expect(try scene.auditKinds().filter { $0 == "upgraded" }.count == 1)
        after = try scene.contents()
        try scene.upgrade()
        #expect(try scene.contents() == after)
        #expect(try scene.snapshots().count == 1)
    }

    @Test func whatThisVersionDoesNotKnowIsRefusedAndLeftAsItIs() throws {
        try scene.upgrade()
        let (names, contents) = try (scene.names(), scene.contents())
        let error = #expect(throws: UpgradeError.self) { try scene.upgrade(.current) }
        #expect(error?.code == .newer)
        #expect(error?.detail.contains("its format is 999") == true)
        #expect(error?.detail.contains("formats up to \(StoreForms.current.history.format)") == true)
        #expect(try scene.names() == names)
        #expect(try scene.contents() == contents)
    }

    @Test func aStepThatFailsLeavesTheOldOnes() throws {
        let before = try (scene.names(), scene.contents())
        let forms = StoreForms(
            history: UpgradeScene.form(ChatSchema.form) {
                try $0.execute(sql: "INSERT INTO nowhere VALUES (1)")
            },
            audit: AuditSchema.form)
        #expect(scene.code(forms) == .failed)
        #expect(try scene.contents() == before.1)
        #expect(try scene.names() == before.0.union(["snapshots"]))
        #expect(try scene.snapshots().isEmpty)
    }

    @Test(arguments: ["DELETE FROM members", "UPDATE rooms SET head_sequence = head_sequence + 1"])
    func aStepThatLosesSomethingLeavesTheOldOnes(_ sql: String) throws {
        _ = try scene.administer(.addRoom(name: "hall", isPublic: true), .current)
        _ = try scene.administer(.addMember(room: "hall", person: "ada", role: "owner"), .current)
        let before = try scene.contents()
        #expect(before["chat.db members"]?.isEmpty == false)
        let forms = StoreForms(
            history: UpgradeScene.form(ChatSchema.form) { try $0.execute(sql: sql) }, audit: AuditSchema.form)
        #expect(scene.code(forms) == .inconsistent)
        #expect(try scene.contents() == before)
        #expect(try scene.snapshots().isEmpty)
    }

    @Test func aDiskWithoutRoomIsSaidBefore() throws {
        var scene = scene
        scene.limits.diskReserveMegabytes = .max >> 20
        scene.limits.diskReserveShare = 1
        let names = try scene.names()
        #expect(scene.code() == .full)
        #expect(try scene.names() == names)
        #expect(try scene.look().isOlder)
    }

    /// Each call that this program makes of the system, failing once.
    @Test(arguments: ["fsync", "rename", "mkdir", "open", "link", "stat", "write"])
    func aCallThatFailsLeavesTheOldOnesOrTheNew(_ call: String) throws {
        let (before, old) = try (scene.contents(), scene.look())
        var (struck, sparing) = (0, 0)
        while sparing < 120 {
            let error = FaultPlan.force(.inputOutput, on: call, sparing: sparing) { scene.code() }
            let isWholeOld = try scene.look() == old
            if isWholeOld { #expect(try scene.contents() == before, "\(call) \(sparing)") }
            guard error != nil else { break }
            struck += 1
            if try scene.isUpgraded || scene.names().contains("upgrade.ready") {
                // Whoever comes next finishes it.
                try scene.upgrade()
                break
            }
            #expect(isWholeOld, "\(call) \(sparing)")
            // Where there are many, some of them: Tests/Crash has them all.
            sparing += ["stat": 23, "open": 11, "write": 7, "fsync": 5][call] ?? 1
        }
        #expect(try scene.isUpgraded, "\(call) after \(sparing)")
        #expect(try scene.contents()["chat.db people"] == before["chat.db people"])
        #expect(try scene.snapshots().count == 1)
        #expect(struck > 0)
    }
}
