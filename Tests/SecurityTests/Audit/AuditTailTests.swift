import Chat
import Native
import Security
import Testing

/// What is found when a server starts again, of the entries that no checkpoint covers.
@Suite struct AuditTailTests {
    private var sample = SampleLog(entries: 10, checkpoints: [])
    private let first: AuditTailKey
    private var tail: [AuditTailEntry] = []
    private let checkpoint: AuditCheckpoint

    init() throws {
        let bytes = [UInt8](repeating: 7, count: 32)
        guard let key = AuditTailKey(bytes.span), case .checkpoint(let made)? = sample.items.last else {
            throw StorageError(.damaged, "the sample ends without a checkpoint")
        }
        first = key
        checkpoint = made
        var next = key
        for _ in 0..<5 {
            sample.add()
            guard case .entry(let entry)? = sample.items.last else { continue }
            tail.append(AuditTailEntry(entry: entry, code: next.vouch(for: entry.link)))
        }
    }

    private func state(checkpoint: UInt64 = 1, sequence: UInt64 = 15) -> AuditTailState {
        AuditTailState(log: sample.log, checkpoint: checkpoint, sequence: sequence, key: first)
    }

    private func finding(
        _ tail: [AuditTailEntry], state: AuditTailState?, link: Digest? = nil,
        checkpoint: AuditCheckpoint? = nil
    ) -> AuditTail.Finding? {
        let checkpoint = checkpoint ?? self.checkpoint
        let stored = StoredAudit(
            checkpoint: checkpoint, coveredLink: link ?? checkpoint.link, tail: tail)
        do throws(AuditTail.Finding) {
            _ = try AuditTail.resume(stored, log: sample.log, state: state, publicKey: sample.publicKey)
            return nil
        } catch {
            return error
        }
    }

    @Test func anUntouchedTailGoesOnWhereItEnded() throws {
        let stored = StoredAudit(checkpoint: checkpoint, coveredLink: checkpoint.link, tail: tail)
        let end = try AuditTail.resume(
            stored, log: sample.log, state: state(), publicKey: sample.publicKey)
        #expect(end.ledger.link == sample.ledger.link)
        #expect(end.ledger.uncovered == 5)
        // The key that comes next is the one that the writer would have had.
        var ours = try #require(end.key)
        var theirs = first
        for one in tail { _ = theirs.vouch(for: one.entry.link) }
        let codes = (ours.vouch(for: .zero), theirs.vouch(for: .zero))
        #expect(codes.0 == codes.1)
    }

    @Test func whatWasWrittenAfterTheFileWasIsTaken() {
        #expect(finding(tail, state: state(sequence: 12)) == nil)
    }

    @Test func aTailWithoutItsEndIsFound() {
        #expect(
            finding(Array(tail.dropLast()), state: state()) == .entriesMissing(after: 14, through: 15))
        #expect(finding([], state: state()) == .entriesMissing(after: 10, through: 15))
    }

    @Test func aTailMadeAnewWithoutTheKeyIsFound() throws {
        // All hashes fit: only the codes cannot be made.
        var other = AuditLedger(log: sample.log, after: checkpoint, hashing: NativeHashing())
        var forged: [AuditTailEntry] = []
        var dice = Dice(seed: 3)
        for one in tail {
            let record = AuditRecord(
                at: one.entry.at, .serverStarted, by: .server, of: [], [:], random: &dice)
            forged.append(
                AuditTailEntry(entry: other.append(record, salt: Salt(high: 1, low: 1)), code: one.code))
        }
        #expect(finding(forged, state: state()) == .entryChanged(11))
        #expect(finding(tail, state: nil) == .keyMissing)
        #expect(finding(tail, state: state(checkpoint: 0)) == .keyMissing)
    }

    @Test func anOlderLogIsFound() {
        #expect(finding([], state: state(checkpoint: 2, sequence: 15)) == .checkpointMissing(2))
        let other = AuditTailState(
            log: AuditLogID(high: 0, low: 0), checkpoint: 1, sequence: 10, key: first)
        #expect(finding([], state: other) == .anotherLog)
    }

    @Test func whatIsCoveredMustBeWhatWasSigned() {
        #expect(finding([], state: nil, link: .zero) == .coveredEntryChanged(10))
        let forged = AuditCheckpoint(
            number: 1, sequence: 9, at: checkpoint.at, link: checkpoint.link, marks: checkpoint.marks,
            key: checkpoint.key, signature: checkpoint.signature)
        #expect(finding([], state: nil, checkpoint: forged) == .checkpointForged(1))
        #expect(finding([], state: nil) == nil)
    }

    @Test func aLaterKeyDoesNotVouchForAnEarlierEntry() {
        var key = first
        let codes = (key.vouch(for: .zero), key.vouch(for: .zero))
        #expect(codes.0 != codes.1)
    }
}
