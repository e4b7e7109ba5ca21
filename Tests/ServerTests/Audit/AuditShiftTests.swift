import Chat
import Native
import Security
import Storage
import Synchronization
import Testing

@testable import Server

/// The audit thread's work, step by step, over a store that fails when it is told to.
@Suite struct AuditShiftTests {
    private final class Scene {
        let store = MemoryAuditStore(log: AuditLogID(high: 1, low: 1))
        var now = Timestamp(milliseconds: 1_000_000)
        var dropped = 0
        var intakes: [AuditIntake] = []
        var entered: [AuditRecordID] = []
        var pieces: [Int] = []
        var reports: [String] = []
        var shift: AuditShift!

        init(limits: Limits = .standard, hasLog: Bool = true) {
            let log = hasLog ? AuditLog(store, limits: limits) : nil
            shift = AuditShift(
                log: log, limits: limits, now: { [unowned self] in now },
                takeDropped: { [unowned self] in
                    defer { dropped = 0 }
                    return dropped
                }, setIntake: { [unowned self] in intakes.append($0) },
                entered: { [unowned self] in
                    entered += $0
                    pieces.append($0.count)
                }, report: { [unowned self] in reports.append($0) }
            )
        }

        var items: [AuditItem] {
            get throws { try store.reader.items(after: .start, maxEntries: .max, maxBytes: .max) }
        }

        var kinds: [String] {
            get throws {
                try items.map { item in
                    switch item {
                    case .entry(let entry): entry.kind
                    case .checkpoint: "checkpoint"
                    }
                }
            }
        }

        func event(_ user: String) -> AuditWriter.Letter {
            .event(SecurityEvent(.loginFailed, at: now, by: .unknown, ["user": .text(user)]))
        }
    }

    private func record(_ number: UInt64) -> AuditRecord {
        AuditRecord(
            id: AuditRecordID(high: 1, low: number), at: Timestamp(milliseconds: 1), kind: "person_added",
            actor: "operations", subjects: [], details: Array("{}".utf8))
    }

    @Test func recordsAreConfirmedOnceTheyAreEntered() throws {
        let scene = Scene()
        scene.shift.take([.records([record(1), record(2)])])
        #expect(scene.entered.isEmpty)
        scene.shift.commit()
        #expect(scene.entered == [record(1).id, record(2).id])
        #expect(scene.intakes.last == .open)
        #expect(try scene.kinds == ["person_added", "person_added"])
        #expect(!scene.shift.isIdle, "a signature is due")
    }

    /// A batch of the chat takes one of them along.
    @Test func manyRecordsAreConfirmedInPieces() throws {
        var limits = Limits.standard
        limits.auditedRecords = 2
        let scene = Scene(limits: limits)
        let records = (1...5).map { record($0) }
        scene.shift.take([.records(records)])
        scene.shift.commit()
        #expect(scene.pieces == [2, 2, 1])
        #expect(scene.entered == records.map(\.id))
    }

    @Test func aSignatureComesWithinAMinute() throws {
        let scene = Scene()
        scene.shift.take([.records([record(1)])])
        scene.shift.commit()
        scene.now = scene.now.advanced(by: .milliseconds(59_999))
        scene.shift.commit()
        #expect(try scene.kinds == ["person_added"])
        scene.now = scene.now.advanced(by: .milliseconds(1))
        scene.shift.commit()
        #expect(try scene.kinds == ["person_added", "checkpoint"])
        #expect(scene.shift.isIdle)
        scene.shift.commit()
        #expect(try scene.kinds.count == 2, "nothing new is not signed again")
    }

    @Test func whoAsksForASignatureIsAnsweredWhenItIsThere() throws {
        let scene = Scene()
        let answers = Answers()
        scene.shift.take([.records([record(1)]), .sign { answers.give($0) }])
        scene.shift.commit()
        #expect(answers.all == [nil])
        #expect(try scene.kinds == ["person_added", "checkpoint"])
        scene.store.fault = { _ in .full }
        scene.shift.take([.records([record(2)]), .sign { answers.give($0) }])
        scene.shift.commit()
        #expect(answers.all.last??.code == .full)
    }

    @Test func aFloodIsTwoEntriesAndWhatWasDroppedIsSaid() throws {
        let scene = Scene()
        scene.shift.take((0..<500).map { _ in scene.event("ada") })
        scene.shift.commit()
        #expect(try scene.kinds == ["login_failed"])
        scene.dropped = 7
        scene.now = scene.now.advanced(by: .seconds(10))
        scene.shift.commit()
        #expect(try scene.kinds == ["login_failed", "login_failed", "events_dropped"])
        let details = try scene.items.compactMap { item -> String? in
            guard case .entry(let entry) = item else { return nil }
            return entry.content.map { String(decoding: $0.details, as: UTF8.self) }
        }
        #expect(details[1].contains("\"count\":499"))
        #expect(details[2] == "{\"count\":7}")
    }

    @Test func aFullDiskKeepsEverythingAndSaysSoOnce() throws {
        let scene = Scene()
        scene.store.fault = { _ in .full }
        scene.shift.take([.records([record(1)]), scene.event("ada")])
        scene.shift.commit()
        scene.shift.commit()
        #expect(scene.intakes.last == .unavailable)
        #expect(scene.reports.count == 1)
        #expect(scene.entered.isEmpty)
        #expect(!scene.shift.isIdle, "it is tried again")
        scene.store.fault = { _ in nil }
        scene.shift.commit()
        #expect(scene.intakes.last == .open)
        #expect(scene.entered == [record(1).id])
        #expect(try scene.kinds == ["person_added", "login_failed"])
        #expect(scene.reports.count == 2)
    }

    @Test(arguments: [true, false])
    func afterAFailedSyncNothingIsEnteredAndTheNextProcessHasNoEntryTwice(isStored: Bool) throws {
        let scene = Scene()
        scene.store.fault = { _ in .unknown(isStored: isStored) }
        scene.shift.take([.records([record(1)])])
        scene.shift.commit()
        #expect(scene.intakes.last == .unavailable)
        #expect(scene.entered.isEmpty, "the outbox keeps it")
        scene.store.fault = { _ in nil }
        scene.shift.take([.records([record(2)]), scene.event("ada")])
        scene.shift.commit()
        #expect(scene.intakes.last == .unavailable)
        #expect(scene.shift.isIdle)
        #expect(scene.reports.count == 1)
        // The next process is handed the same records.
        let disk = scene.store.crash()
        #expect(try disk.entered([record(1).id]).isEmpty != isStored)
        let known = try disk.entered([record(1).id, record(2).id])
        #expect(known.count == (isStored ? 1 : 0))
    }

    @Test func withoutALogAdministrationIsRefusedAndNobodyWaits() throws {
        let scene = Scene(hasLog: false)
        #expect(scene.intakes == [.unavailable])
        let answers = Answers()
        scene.shift.take([scene.event("ada"), .records([record(1)]), .sign { answers.give($0) }])
        scene.shift.commit()
        #expect(answers.all.count == 1 && answers.all[0] != nil)
        #expect(scene.shift.isIdle)
        scene.shift.end()
    }

    private func details(_ scene: Scene) throws -> [String] {
        try scene.items.compactMap { item in
            guard case .entry(let entry) = item else { return nil }
            return entry.content.map { String(decoding: $0.details, as: UTF8.self) } ?? "erased"
        }
    }

    private func claim(_ name: String, _ scene: Scene) -> AuditWriter.Letter {
        .event(SecurityEvent(.loginFailed, at: scene.now, by: .unknown, claimedName: name))
    }

    /// What was typed as a name may be a password.
    @Test func aNameIsEnteredOnlyWhereSuchAPersonExists() throws {
        let scene = Scene()
        scene.shift.take([claim("anna", scene)])
        let history = MemoryStore(incarnation: Incarnation(high: 1, low: 1))
        let anna = Person(
            id: PersonID(high: 1, low: 1), name: try #require(Name("Anna")), createdAt: scene.now)
        history.append(Batch(people: [anna])) { _ in }
        scene.shift.take([
            .people(history.history), claim("ANNA", scene), claim("correct horse", scene),
            claim("battery staple", scene),
        ])
        scene.shift.commit()
        #expect(try details(scene) == ["{}", "{\"user\":\"Anna\"}", "{\"unknown_user\":true}"])
        guard case .entry(let named) = try scene.items[1] else { return }
        #expect(named.actor == "unknown" && named.subjects == ["person:\(anna.id)"])
    }

    @Test func erasingStandsBehindWhatWasSeenBefore() throws {
        let scene = Scene()
        let person = AuditParty.person(PersonID(high: 1, low: 1))
        let seen = AuditWriter.Letter.event(
            SecurityEvent(.loginSucceeded, at: scene.now, by: person, of: [person], from: .loopback))
        let erased = Mutex<[Result<Int, StorageError>]>([])
        let answer: AuditWriter.Erased = { result in erased.withLock { $0.append(result) } }
        scene.shift.take([seen, seen, .erase(person, answer)])
        #expect(scene.shift.isErasing && !scene.shift.isIdle)
        for _ in 0..<3 { scene.shift.commit() }
        #expect(erased.withLock { $0 } == [.success(2)])
        #expect(!scene.shift.isErasing)
        #expect(try scene.kinds == ["login_succeeded", "login_succeeded", "details_erased"])
        #expect(try details(scene) == ["erased", "erased", "{\"count\":2}"])
        scene.store.fault = { _ in .full }
        scene.shift.take([seen, .erase(person, answer)])
        scene.shift.commit()
        #expect(erased.withLock { $0.last } == .failure(StorageError(.full, "the disk is full")))
        #expect(!scene.shift.isErasing)
    }

    @Test func theEndCountsAndSigns() throws {
        let scene = Scene()
        scene.shift.take([scene.event("ada"), scene.event("ada")])
        scene.shift.end()
        #expect(try scene.kinds == ["login_failed", "login_failed", "checkpoint"])
    }

    /// The queue is full: nobody is held up, and none is lost uncounted.
    @Test func aFullQueueDropsAndCounts() throws {
        var limits = Limits.standard
        limits.auditEvents = 3
        limits.auditGather = .zero
        let writer = AuditWriter(limits: limits)
        let now = Timestamp(milliseconds: 5)
        for user in 0..<10 {
            writer.note(SecurityEvent(.loginFailed, at: now, by: .unknown, ["user": .text("\(user)")]))
        }
        writer.finish()
        let store = MemoryAuditStore(log: AuditLogID(high: 1, low: 1))
        let log = AuditLog(store, limits: limits)
        writer.run(log, now: { now }, entered: { _ in }, report: { Issue.record("\($0)") })
        let items = try store.reader.items(after: .start, maxEntries: .max, maxBytes: .max)
        #expect(items.count == 5)
        guard case .entry(let said) = items[3] else {
            Issue.record("no entry says what was dropped")
            return
        }
        #expect(said.kind == "events_dropped")
        #expect(said.content.map { String(decoding: $0.details, as: UTF8.self) } == "{\"count\":7}")
        #expect(!writer.sign { _ in })
    }
}

extension AuditLog {
    /// Over a store in memory that is empty, without files.
    fileprivate convenience init(_ store: MemoryAuditStore, limits: Limits) {
        self.init(
            OpenAudit(store: store, reader: store.reader) {}, end: AuditTail.End(log: store.log),
            setAside: nil, key: .generate(), places: AuditFactory.Places(), limits: limits)
    }
}

/// What was answered, in order; any thread.
private final class Answers: Sendable {
    private let given = Mutex<[StorageError?]>([])

    var all: [StorageError?] { given.withLock { $0 } }
    func give(_ error: StorageError?) { given.withLock { $0.append(error) } }
}
