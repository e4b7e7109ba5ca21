package import Chat

/// Walks an exported log from its beginning and says what is the first thing wrong with it.
///
/// A value, fed line by line; needs memory for the entries between two checkpoints only. It trusts the public
/// key and nothing else: what the lines state of digests and links is compared, never believed. Where a
/// checkpoint's signature holds, its marks tell which entry was changed, removed, inserted or moved, even
/// when the hashes of all entries were made anew. Where marks were made anew too, it does not hold, and the
/// checkpoint is what is named.
package struct AuditVerifier: Sendable {
    package struct Summary: Hashable, Sendable {
        package var entries: UInt64 = 0
        package var checkpoints: UInt64 = 0
        package var erased: UInt64 = 0
        package var lastAt = Timestamp(milliseconds: 0)
    }

    /// A checkpoint that was kept outside: the log must reach the greatest, and agree with each.
    package struct Witness: Hashable, Sendable {
        package let number: UInt64
        package let sequence: UInt64
        package let link: Digest

        package init(number: UInt64, sequence: UInt64, link: Digest) {
            self.number = number
            self.sequence = sequence
            self.link = link
        }
    }

    private let log: AuditLogID
    private let publicKey: [UInt8]
    private let segmentMost: Int
    /// By their numbers.
    private let witnesses: [UInt64: Witness]
    private let greatestWitness: Witness?
    private let hashing = NativeHashing()

    package private(set) var summary = Summary()
    /// The last entry of the last checkpoint that holds.
    private var covered: UInt64 = 0
    /// Of the entries since, by what they say and not by what they claim.
    private var marks: [UInt8] = []
    private var link: Digest
    private var erased = ErasedEntries()
    /// The first claim of theirs that is not so.
    private var firstClaim: (place: UInt64, finding: AuditFinding)?

    /// - Parameter segmentMost: entries between two checkpoints; more are a missing checkpoint.
    package init(log: AuditLogID, publicKey: [UInt8], segmentMost: Int, witnesses: [Witness] = []) {
        self.log = log
        self.publicKey = publicKey
        self.segmentMost = segmentMost
        self.witnesses = Dictionary(witnesses.map { ($0.number, $0) }) { first, _ in first }
        greatestWitness = witnesses.max { $0.number < $1.number }
        link = AuditChain.genesis(of: log, hashing: hashing)
    }

    private var gathered: Int { marks.count / AuditChain.markBytes }

    package mutating func take(_ item: AuditItem) throws(AuditFinding) {
        switch item {
        case .entry(let entry): try take(entry)
        case .checkpoint(let checkpoint): try take(checkpoint)
        }
    }

    /// After the last line.
    package func finish() throws(AuditFinding) -> Summary {
        if let firstClaim { throw firstClaim.finding }
        guard gathered == 0 else {
            throw AuditFinding(
                .truncated, .entry(covered + UInt64(gathered) + 1),
                "the log ends without the checkpoint that every export ends with")
        }
        guard summary.checkpoints > 0 else {
            throw AuditFinding(.truncated, .entry(1), "there is no entry and no checkpoint")
        }
        if let witness = greatestWitness, summary.checkpoints < witness.number {
            throw AuditFinding(
                .truncated, .entry(covered + 1),
                "checkpoint \(witness.number) over \(witness.sequence) entries is known outside")
        }
        if let place = erased.first {
            throw AuditFinding(
                .changed, .entry(place), "its details are gone, and no entry tells that they were erased")
        }
        return summary
    }

    /// What stands where the next item should is none.
    package func malformed(line: Int) -> AuditFinding {
        firstClaim?.finding
            ?? AuditFinding(
                .malformed, .entry(covered + UInt64(gathered) + 1), "line \(line) is no line of this format")
    }

    // MARK: entries

    private mutating func take(_ entry: AuditEntry) throws(AuditFinding) {
        let place = covered + UInt64(gathered) + 1
        // Everything that an honest log holds is covered soon: nothing is remembered without bound.
        guard gathered < segmentMost else {
            throw firstClaim?.finding
                ?? AuditFinding(
                    .removed, .checkpoint(summary.checkpoints + 1),
                    "more than \(segmentMost) entries behind entry \(covered) without a checkpoint")
        }
        let body = AuditChain.bodyDigest(of: entry, hashing: hashing)
        marks += AuditChain.mark(of: body)
        link = AuditChain.link(after: link, sequence: place, body: body, hashing: hashing)
        if firstClaim == nil { firstClaim = claim(of: entry, at: place).map { (place, $0) } }
        if entry.content == nil { summary.erased += 1 }
        erased.take(entry, at: place)
        summary.lastAt = max(summary.lastAt, entry.at)
    }

    private func claim(of entry: AuditEntry, at place: UInt64) -> AuditFinding? {
        if entry.sequence > place {
            return AuditFinding(.removed, .entry(place), "entry \(entry.sequence) stands in its place")
        }
        if entry.sequence < place {
            return AuditFinding(
                .inserted, .entry(place), "an entry that calls itself \(entry.sequence) stands in its place")
        }
        if let content = entry.content,
            AuditChain.detailsDigest(content, hashing: hashing) != entry.detailsDigest
        {
            return AuditFinding(.changed, .entry(place), "its details are not those of its digest")
        }
        return entry.link == link
            ? nil : AuditFinding(.changed, .entry(place), "its link is not that of what it says")
    }

    // MARK: checkpoints

    private mutating func take(_ checkpoint: AuditCheckpoint) throws(AuditFinding) {
        let expected = summary.checkpoints + 1
        guard AuditSignature.holds(checkpoint, log: log, publicKey: publicKey) else {
            // Forged or altered, it says nothing about the entries; but they may tell by themselves.
            throw firstClaim?.finding
                ?? AuditFinding(.changed, .checkpoint(expected), "its signature does not hold")
        }
        guard checkpoint.number == expected else {
            throw firstClaim?.finding ?? outOfOrder(checkpoint, expected)
        }
        let difference = difference(from: checkpoint)
        // The marks say more of the same entry than its own claims do.
        if let firstClaim, firstClaim.place < difference?.place ?? .max { throw firstClaim.finding }
        if let difference { throw difference.finding }
        guard checkpoint.sequence == covered + UInt64(gathered), checkpoint.link == link else {
            throw AuditFinding(.changed, .checkpoint(expected), "it is over another history")
        }
        if let witness = witnesses[expected],
            witness.sequence != checkpoint.sequence || witness.link != link
        {
            throw AuditFinding(.changed, .checkpoint(expected), "it is not the one that is known outside")
        }
        summary.checkpoints = expected
        summary.entries = checkpoint.sequence
        covered = checkpoint.sequence
        marks = []
    }

    private func outOfOrder(_ checkpoint: AuditCheckpoint, _ expected: UInt64) -> AuditFinding {
        if checkpoint.number > expected {
            return AuditFinding(
                .removed, .checkpoint(expected), "checkpoint \(checkpoint.number) stands in its place")
        }
        return AuditFinding(
            .inserted, .checkpoint(expected), "checkpoint \(checkpoint.number) stands there again")
    }

    /// The signed marks against those of what stands there.
    private func difference(
        from checkpoint: AuditCheckpoint
    ) -> (place: UInt64, finding: AuditFinding)? {
        let signed = Self.cut(checkpoint.marks)
        let found = Self.cut(marks)
        guard signed != found else { return nil }
        let index =
            zip(signed, found).enumerated().first { $1.0 != $1.1 }?.offset ?? min(signed.count, found.count)
        let place = covered + UInt64(index) + 1
        guard index < found.count else {
            return (
                place,
                AuditFinding(
                    index + 1 == signed.count ? .removed : .truncated, .entry(place),
                    "checkpoint \(checkpoint.number) covers it, and it is not there")
            )
        }
        guard index < signed.count else {
            return (
                place,
                AuditFinding(.inserted, .entry(place), "checkpoint \(checkpoint.number) does not cover it")
            )
        }
        return (place, Self.difference(signed, found, at: index, .entry(place), checkpoint.number))
    }

    private static func difference(
        _ signed: [ArraySlice<UInt8>], _ found: [ArraySlice<UInt8>], at index: Int,
        _ place: AuditFinding.Place, _ number: UInt64
    ) -> AuditFinding {
        let isMissing = !found.dropFirst(index).contains(signed[index])
        let isForeign = !signed.dropFirst(index).contains(found[index])
        switch (isMissing, isForeign) {
        case (true, true) where found.count > signed.count:
            return AuditFinding(.inserted, place, "more stands there than checkpoint \(number) covers")
        case (true, true):
            return AuditFinding(.changed, place, "it is not what checkpoint \(number) was signed over")
        case (true, false):
            return AuditFinding(.removed, place, "another entry that is signed stands in its place")
        case (false, true):
            return AuditFinding(.inserted, place, "checkpoint \(number) was not signed over it")
        case (false, false):
            // Its twin was moved ahead, or copied there.
            return found.count > signed.count
                ? AuditFinding(.inserted, place, "a copy of another entry stands in its place")
                : AuditFinding(.reordered, place, "it stands further behind")
        }
    }

    private static func cut(_ marks: [UInt8]) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: marks.count, by: AuditChain.markBytes).map {
            marks[$0..<min($0 + AuditChain.markBytes, marks.count)]
        }
    }
}
