import Chat
import Foundation
import Testing

@testable import Storage

/// A disk that is really full. Needs root, to mount a small file system.
@Suite struct FullDiskTests {
    @Test(.enabled(if: TinyDisk.isPossible))
    func batchIsRefusedAndLaterOnesAreStoredWhenThereIsRoomAgain() throws {
        let disk = try TinyDisk(megabytes: 4)
        let store = try EmbeddedStore(path: disk.path + "/chat.db", isNew: true)
        let filler = disk.path + "/filler"
        try Data(count: 2 * 1_024 * 1_024).write(to: URL(fileURLWithPath: filler))
        var sample = Sample()
        let person = sample.person("anna")
        let room = sample.room("hall")
        store.append(Batch(people: [person], rooms: [.new(room)])) { #expect($0 == .stored) }

        var head = Head.empty
        var stored: [Event] = []
        var refused = 0
        for round in 0..<60 {
            let events = sample.events(8, in: room.id, by: person.id, after: head, bytes: 8_000)
            let batch = Batch(rooms: [RoomBatch(room: room.id, expecting: head, events: events)])
            store.append(batch) { outcome in
                switch outcome {
                case .stored:
                    head = events.head
                    stored += events
                case .full: refused += 1
                case .conflict, .damaged, .unknown: Issue.record("round \(round): \(outcome)")
                }
            }
            if refused == 3 { break }
        }
        #expect(refused == 3)
        try FileManager.default.removeItem(atPath: filler)
        let before = try store.load().rooms.first?.head
        #expect(before == head)
        let events = try store.history.events(
            of: room.id, after: 0, through: .max, maxEvents: .max, maxBytes: .max)
        #expect(events.map(\.event) == stored)
        let more = sample.events(1, in: room.id, by: person.id, after: head)
        store.append(Batch(rooms: [RoomBatch(room: room.id, expecting: head, events: more)])) { outcome in
            #expect(outcome == .stored)
        }
        try store.close()
        let reopened = try EmbeddedStore(path: disk.path + "/chat.db")
        #expect(try reopened.load().rooms.first?.head == more.head)
        try reopened.close()
    }
}

/// The audit log on such a disk: refused, whole, and going on when there is room.
@Suite struct FullAuditDiskTests {
    @Test(.enabled(if: TinyDisk.isPossible))
    func aFullDiskRefusesABatchAndTakesItLater() throws {
        let disk = try TinyDisk(megabytes: 4)
        let store = try EmbeddedAuditStore(path: disk.path + "/audit.db")
        let filler = disk.path + "/filler"
        try Data(count: 2 * 1_024 * 1_024).write(to: URL(fileURLWithPath: filler))
        var sequence: UInt64 = 0
        var refused = 0
        while refused < 3 {
            let batch = AuditBatch(entries: [entry(sequence + 1)])
            do {
                try store.append(batch)
                sequence += 1
            } catch {
                #expect(error.code == .full)
                refused += 1
            }
            try #require(sequence < 2_000, "the disk is never full")
        }
        try FileManager.default.removeItem(atPath: filler)
        try store.append(AuditBatch(entries: [entry(sequence + 1)]))
        try store.close()
        let again = try EmbeddedAuditStore(path: disk.path + "/audit.db")
        #expect(try again.load().tail.map(\.entry.sequence) == Array(1...sequence + 1))
        try again.close()
    }

    private func entry(_ sequence: UInt64) -> AuditTailEntry {
        AuditTailEntry(
            entry: AuditEntry(
                sequence: sequence, id: AuditRecordID(high: 1, low: sequence),
                at: Timestamp(milliseconds: 1), kind: "person_added", actor: "operations", subjects: [],
                content: AuditEntry.Content(
                    salt: Salt(high: 1, low: 1), details: [UInt8](repeating: 32, count: 8_000)),
                detailsDigest: .zero, link: .zero), code: .zero)
    }
}

/// A file system of a few megabytes in memory, gone with this object.
final class TinyDisk {
    let folder: TemporaryFolder
    var path: String { folder.path }

    static var isPossible: Bool {
        guard let disk = try? TinyDisk(megabytes: 1) else { return false }
        return !disk.path.isEmpty
    }

    init(megabytes: Int) throws {
        folder = try TemporaryFolder()
        try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.path])
    }

    deinit { try? Self.run("umount", ["-l", folder.path]) }

    private static func run(_ command: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw CocoaError(.fileWriteNoPermission) }
    }
}
