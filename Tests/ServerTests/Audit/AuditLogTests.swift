import Chat
import Native
import Security
import Storage
import Synchronization
import Testing

@testable import Server

/// The log with its files, from its first entry to the export.
@Suite struct AuditLogTests {
    private let scratch: ScratchDirectory
    private let places: AuditFactory.Places
    private let key = Ed25519Key.generate()
    private let now = Timestamp(milliseconds: 1_800_000_000_000)
    private var limits = Limits.standard

    init() throws {
        scratch = try ScratchDirectory()
        places = AuditFactory.Places(
            tail: scratch.path + "/tail", checkpoints: scratch.path + "/checkpoints.jsonl")
        limits.auditCheckpointEntries = 10
    }

    private var path: String { scratch.path + "/audit.db" }

    /// - Parameter doctor: what somebody who can write audit.db makes of its end.
    private func factory(
        _ doctor: @escaping @Sendable (StoredAudit, AuditLogID) -> StoredAudit = { stored, _ in stored }
    ) -> AuditFactory {
        AuditFactory(key: key, places: places) { [path] () throws(StorageError) in
            let store = try EmbeddedAuditStore(path: path)
            return OpenAudit(store: DoctoredStore(store, doctor), reader: store.reader) {
                () throws(StorageError) in try store.close()
            }
        } setAside: { [path] () throws(StorageError) in
            try EmbeddedAuditStore.setAside(path: path)
        }
    }

    private func records(_ numbers: ClosedRange<UInt64>) -> [AuditRecord] {
        numbers.map { number in
            AuditRecord(
                id: AuditRecordID(high: 1, low: number), at: now, kind: "person_added", actor: "operations",
                subjects: ["person:\(number)"], details: Array("{\"name\":\"\(number)\"}".utf8))
        }
    }

    private func lines(of log: AuditLog) throws -> [String] {
        let desk = AuditDesk(
            reader: log.reader, log: log.log, publicKey: key.publicKey, limits: limits,
            erase: { _, _ in .success(0) }, forgetOutbox: {}
        ) {
            [now] in
            do throws(StorageError) {
                try log.sign(at: now)
                return nil
            } catch {
                return error
            }
        }
        guard case .auditLog(let header, _) = desk.begin() else { return [] }
        var lines = [header]
        var (sequence, checkpoint) = (UInt64(0), UInt64(0))
        while case .auditPage(let page, let next, let nextCheckpoint) = desk.page(
            afterSequence: sequence, afterCheckpoint: checkpoint), !page.isEmpty
        {
            lines += page
            (sequence, checkpoint) = (next, nextCheckpoint)
        }
        return lines
    }

    private func verify(_ lines: [String], against copy: [String] = []) throws -> AuditCheck.Outcome {
        var check = AuditCheck(publicKey: key.publicKey, segmentMost: limits.auditCheckpointEntries) { body in
            for line in copy { try body(Array(line.utf8)) }
        }
        for line in lines { try check.take(Array(line.utf8)) }
        return try check.finish()
    }

    private func checkpoints() throws -> [String] {
        let bytes = try Files.read(scratch.path + "/checkpoints.jsonl", limit: 1 << 20)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func anExportVerifiesWithThePublicKeyAlone() throws {
        let log = try AuditLog.open(factory(), limits: limits, now: now)
        try log.append(records(1...25), at: now)
        #expect(log.uncovered == 0, "what is beyond a checkpoint is signed with it")
        let lines = try lines(of: log)
        #expect(lines.count == 1 + 25 + 3)
        let outcome = try verify(lines, against: try checkpoints())
        #expect(outcome.summary.entries == 25)
        #expect(outcome.summary.checkpoints == 3)
        #expect(outcome.witness == 3)
        try log.close(at: now)
        // Cut off behind a checkpoint it is whole by itself, and not against the file.
        let cut = Array(lines.prefix(1 + 10 + 1))
        #expect(try verify(cut).summary.entries == 10)
        #expect(throws: AuditFinding.self) { try verify(cut, against: try checkpoints()) }
        // A forged copy says nothing.
        let forged = try checkpoints()[0].replacing("\"number\":1", with: "\"number\":9")
        #expect(try verify(cut, against: [forged, "{}", "x"]).witness == nil)
    }

    /// The copies outside tell of it for as long as they are kept, however far the log has come since.
    @Test func aLogThatWasSetBackShowsAgainstTheCopiesOutside() throws {
        var log = try AuditLog.open(factory(), limits: limits, now: now)
        try log.append(records(1...5), at: now)
        try log.close(at: now)
        let back = [path, try #require(places.tail)].map { file in
            (file, try? Files.read(file, limit: 1 << 20))
        }
        log = try AuditLog.open(factory(), limits: limits, now: now)
        try log.append(records(6...10), at: now)
        try log.close(at: now)
        let outside = try checkpoints()
        for (file, bytes) in back {
            if let bytes {
                try Files.writeAtomically(file, bytes, mode: 0o600)
            } else {
                try Files.remove(file)
            }
        }
        log = try AuditLog.open(factory(), limits: limits, now: now)
        try log.append(records(11...60), at: now)
        let lines = try lines(of: log)
        #expect(throws: AuditFinding.self) { try verify(lines, against: outside) }
        #expect(throws: AuditFinding.self) { try verify(lines, against: try checkpoints()) }
        try log.close(at: now)
    }

    @Test func anErasedLogVerifiesAndSaysWhatWasErased() throws {
        var few = limits
        few.auditErasedEntries = 2
        let log = try AuditLog.open(factory(), limits: few, now: now)
        let party = AuditParty.person(PersonID(high: 0, low: 7))
        var random = SystemRandomNumberGenerator()
        let told: [AuditRecord] = (0..<5).map { _ in
            AuditRecord(at: now, .inviteMade, by: .operations, of: [party], ["name": "eve"], random: &random)
        }
        try log.append(records(1...3) + told, at: now)
        var erasing = AuditErasing(of: party)
        var steps = 1
        while try erasing.step(log, now: now) { steps += 1 }
        #expect(erasing.count == 5)
        #expect(steps == 1 + 3 + 1, "an entry, three transactions, and nothing left")
        try log.forget()
        let lines = try lines(of: log)
        #expect(try verify(lines).summary.erased == 5)
        #expect(!lines.joined().contains("eve"))
        #expect(lines.filter { $0.contains("details_erased") && $0.contains("{\\\"count\\\":5}") }.count == 1)
        // Again there is nothing to do, and nothing to tell of.
        erasing = AuditErasing(of: party)
        while try erasing.step(log, now: now) {}
        #expect(erasing.count == 0 && log.last == 9)
        try log.close(at: now)
        let next = try AuditLog.open(factory(), limits: limits, now: now)
        #expect(next.setAside == nil)
        try next.close(at: now)
    }

    @Test func everyLineIsReadBackAndNothingElseIs() throws {
        let log = try AuditLog.open(factory(), limits: limits, now: now)
        try log.append(records(1...3), at: now)
        for line in try lines(of: log) {
            #expect(AuditLine(Array(line.utf8))?.text == line)
            let more = String(line.dropLast()) + ",\"more\":1}"
            #expect(AuditLine(Array(more.utf8)) == nil, "a member that no digest covers")
        }
        for bad in ["", "{", "[]", "{\"type\":\"entry\"}", "{\"type\":\"other\"}"] {
            #expect(AuditLine(Array(bad.utf8)) == nil)
        }
        try log.close(at: now)
    }

    @Test func recordsThatAreHandedOverTwiceAreEnteredOnce() throws {
        let first = try AuditLog.open(factory(), limits: limits, now: now)
        try first.append(records(1...4), at: now)
        // The process dies before the outbox is told: the next one gets all of them again.
        try first.close(at: now)
        let second = try AuditLog.open(factory(), limits: limits, now: now)
        try second.append(records(1...6), at: now)
        try second.append(records(5...6), at: now)
        #expect(second.setAside == nil)
        #expect(try verify(try lines(of: second)).summary.entries == 6)
        try second.close(at: now)
    }

    /// The process dies with a tail that is not signed: nobody closes the log.
    private func leaveTail(_ count: UInt64) throws {
        let log = try AuditLog.open(factory(), limits: limits, now: now)
        // What comes with enough for a checkpoint would be signed with it: so the tail comes by itself.
        if count > 10 { try log.append(records(1...10), at: now) }
        try log.append(records((count > 10 ? 11 : 1)...count), at: now)
    }

    @Test func aTailThatWasNotSignedIsSignedByTheNext() throws {
        try leaveTail(14)
        let next = try AuditLog.open(factory(), limits: limits, now: now)
        #expect(next.setAside == nil)
        #expect(next.uncovered == 4)
        try next.append(records(15...16), at: now)
        let outcome = try verify(try lines(of: next))
        #expect(outcome.summary.entries == 16)
        #expect(outcome.summary.checkpoints == 2)
        try next.close(at: now)
    }

    @Test func aTailThatWasChangedIsSetAsideAndNotSigned() throws {
        try leaveTail(14)
        let forged = records(900...903)
        // Hashes made anew by somebody without the key.
        let doctored = factory { stored, log in
            var ledger = AuditLedger(log: log, after: stored.checkpoint, hashing: NativeHashing())
            let tail = zip(forged, stored.tail).map { record, old in
                AuditTailEntry(entry: ledger.append(record, salt: Salt(high: 1, low: 1)), code: old.code)
            }
            return StoredAudit(
                checkpoint: stored.checkpoint, coveredLink: stored.coveredLink, tail: tail)
        }
        let next = try AuditLog.open(doctored, limits: limits, now: now)
        let aside = try #require(next.setAside)
        #expect(aside.reason.contains("entry 11"))
        #expect(try Files.status(of: aside.path) != nil)
        let lines = try lines(of: next)
        #expect(lines[1].contains("log_set_aside"))
        #expect(try verify(lines).summary.entries == 1)
        try next.close(at: now)
    }

    @Test func aTailThatWasCutOffIsFound() throws {
        try leaveTail(14)
        let doctored = factory { stored, _ in
            StoredAudit(
                checkpoint: stored.checkpoint, coveredLink: stored.coveredLink,
                tail: Array(stored.tail.dropLast()))
        }
        let next = try AuditLog.open(doctored, limits: limits, now: now)
        #expect(next.setAside?.reason.contains("behind 13, up to 14") == true)
        try next.close(at: now)
    }

    @Test func anOlderCopyOfTheLogIsFound() throws {
        let first = try AuditLog.open(factory(), limits: limits, now: now)
        try first.append(records(1...3), at: now)
        try first.close(at: now)
        let copy = try Files.read(path, limit: 1 << 24)
        let second = try AuditLog.open(factory(), limits: limits, now: now)
        try second.append(records(4...5), at: now)
        try second.close(at: now)
        try Files.writeAtomically(path, copy, mode: 0o600)
        let third = try AuditLog.open(factory(), limits: limits, now: now)
        #expect(third.setAside?.reason.contains("checkpoint 2") == true)
        try third.close(at: now)
        // And so is a log that is gone.
        _ = try Files.remove(path)
        let fourth = try AuditLog.open(factory(), limits: limits, now: now)
        #expect(fourth.setAside != nil)
        try fourth.close(at: now)
    }
}

/// A store whose end somebody has changed behind its back.
private final class DoctoredStore: AuditStore {
    private let inner: any AuditStore
    private let doctor: (StoredAudit, AuditLogID) -> StoredAudit

    init(_ inner: any AuditStore, _ doctor: @escaping (StoredAudit, AuditLogID) -> StoredAudit) {
        self.inner = inner
        self.doctor = doctor
    }

    var log: AuditLogID { inner.log }
    func load() throws(StorageError) -> StoredAudit { doctor(try inner.load(), inner.log) }
    func entered(_ ids: [AuditRecordID]) throws(StorageError) -> Set<AuditRecordID> {
        try inner.entered(ids)
    }
    func append(_ batch: AuditBatch) throws(StorageError) { try inner.append(batch) }
    func erasable(party: String) throws(StorageError) -> Int { try inner.erasable(party: party) }
    func erase(
        party: String, after sequence: UInt64, through last: UInt64, most: Int
    ) throws(StorageError) -> AuditErasure {
        try inner.erase(party: party, after: sequence, through: last, most: most)
    }
    func forget() throws(StorageError) { try inner.forget() }
}
