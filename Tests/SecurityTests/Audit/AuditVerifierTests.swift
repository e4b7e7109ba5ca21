import Chat
import Native
import Security
import Testing

@Suite struct AuditVerifierTests {
    private static let changes = 10_000
    private static let cleanChecks = 1_000

    private let sample = SampleLog(entries: 40, checkpoints: [7, 8, 23])

    private func entry(_ sequence: Int, of items: [AuditItem]) throws -> (place: Int, entry: AuditEntry) {
        for (place, item) in items.enumerated() {
            if case .entry(let entry) = item, entry.sequence == UInt64(sequence) { return (place, entry) }
        }
        throw StorageError(.damaged, "no entry \(sequence)")
    }

    @Test func cleanLogsRaiseNoAlarm() {
        var dice = Dice(seed: 5)
        for round in 0..<Self.cleanChecks {
            let count = 1 + dice.below(60)
            let places = Set((0..<dice.below(8)).map { _ in 1 + dice.below(count) })
            let log = SampleLog(entries: count, checkpoints: places, seed: UInt64(round))
            #expect(log.finding(in: log.items, witnesses: [log.witness]) == nil, "round \(round)")
        }
    }

    @Test func everySingleChangeIsFoundAtItsPlace() {
        var dice = Dice(seed: 7)
        var kinds: Set<String> = []
        for round in 0..<Self.changes {
            let change = Tampering(sample, dice: &dice)
            kinds.insert("\(change.kind) \(change.cover)")
            let finding = sample.finding(in: change.items, witnesses: [sample.witness])
            guard let finding else {
                Issue.record("round \(round): \(change.kind), \(change.cover): not found")
                continue
            }
            #expect(
                change.places.contains(finding.place),
                "round \(round): \(change.kind), \(change.cover): \(finding), not at \(change.places)")
        }
        let all = Tampering.Kind.allCases.count * Tampering.Cover.allCases.count
        #expect(kinds.count == all, "some kind of change was never tried")
    }

    @Test func whatHappenedIsToldApart() throws {
        let ninth = try entry(9, of: sample.items).place
        let tenth = try entry(10, of: sample.items).place
        var items = sample.items
        items.remove(at: ninth)
        #expect(sample.finding(in: items)?.fault == .removed)
        items = sample.items
        items.swapAt(ninth, tenth)
        #expect(sample.finding(in: items)?.fault == .reordered)
        items = sample.items
        items.insert(items[ninth], at: tenth)
        let copied = sample.finding(in: items)
        #expect(copied?.fault == .inserted)
        #expect(copied?.place == .entry(10))
        #expect(sample.finding(in: Array(sample.items.dropLast(3)))?.fault == .truncated)
    }

    @Test func aLogCutOffBehindACheckpointShowsAgainstACopyOutside() throws {
        let end = try #require(
            sample.items.firstIndex { if case .checkpoint(let one) = $0 { one.number == 3 } else { false } })
        let cut = Array(sample.items[...end])
        #expect(sample.finding(in: cut) == nil, "by itself it is whole")
        let finding = sample.finding(in: cut, witnesses: [sample.witness])
        #expect(finding?.fault == .truncated)
        #expect(finding?.place == .entry(24))
    }

    @Test func anotherHistoryUnderTheSameKeyShowsAgainstACopyOutside() {
        let other = AuditVerifier.Witness(number: 2, sequence: 8, link: .zero)
        #expect(sample.finding(in: sample.items, witnesses: [other])?.place == .checkpoint(2))
    }

    /// One that agrees does not speak for one that does not, however much greater it is.
    @Test func eachCopyOutsideCounts() {
        let other = AuditVerifier.Witness(number: 2, sequence: 8, link: .zero)
        let finding = sample.finding(in: sample.items, witnesses: [sample.witness, other])
        #expect(finding?.place == .checkpoint(2))
    }

    /// Details that are gone are as good as changed, unless a later entry tells of their erasure.
    @Test func erasedDetailsVerifyWhereTheLogTellsOfIt() throws {
        var log = SampleLog(entries: 40, checkpoints: [7, 8, 23])
        let party = try entry(12, of: log.items).entry.subjects[0]
        let person = try #require(SampleLog.people.first { AuditParty.person($0).text == party })
        log.addErasure(of: person)
        log.add()
        log.sign()
        #expect(try log.finding(in: erased(12, of: log.items), witnesses: [log.witness]) == nil)
        #expect(try log.finding(in: erased(42, of: log.items))?.place == .entry(42), "it was entered later")
        let itself = try log.finding(in: erased(41, of: log.items))
        #expect(itself?.place == .entry(41), "what tells of an erasure is not erased")
        let other = try #require(
            (1...40).first { try !entry($0, of: log.items).entry.subjects.contains(party) })
        #expect(try log.finding(in: erased(other, of: log.items))?.place == .entry(UInt64(other)))
    }

    private func erased(_ sequence: Int, of items: [AuditItem]) throws -> [AuditItem] {
        var items = items
        let (place, entry) = try entry(sequence, of: items)
        items[place] = .entry(
            AuditEntry(
                sequence: entry.sequence, id: entry.id, at: entry.at, kind: entry.kind, actor: entry.actor,
                subjects: entry.subjects, content: nil, detailsDigest: entry.detailsDigest, link: entry.link))
        return items
    }

    @Test func anotherKeySignsNothingForUs() {
        let other = SampleLog(entries: 40, checkpoints: [7, 8, 23])
        #expect(sample.finding(in: other.items)?.place == .checkpoint(1))
    }

    @Test func anUnsignedLogIsNotReadWithoutEnd() {
        var log = SampleLog()
        for _ in 0...1_000 { log.add() }
        let finding = log.finding(in: log.items)
        #expect(finding?.fault == .removed)
        #expect(finding?.place == .checkpoint(1))
        #expect(sample.finding(in: [])?.fault == .truncated)
    }
}
