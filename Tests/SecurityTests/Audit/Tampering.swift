import Chat
import Native
import Security

/// One change to a log, by somebody who can write it but not sign, and what must be said of it.
struct Tampering {
    enum Kind: CaseIterable {
        case field, details, erased, erasedDigest, remove, insert, copy, swap, cut
        case checkpointField, checkpointRemoved, segmentRemoved
    }

    /// What was made anew, so that it fits the change.
    enum Cover: CaseIterable {
        case nothing
        /// Sequences, digests and links of all entries.
        case entries
        /// The checkpoints' numbers, links and marks too, and signatures by a key of somebody's own.
        case checkpoints
    }

    /// Where the first bad thing is: one of these.
    private(set) var places: [AuditFinding.Place]
    private(set) var items: [AuditItem]
    let kind: Kind
    let cover: Cover
    private let entryPlaces: [Int]
    /// The first item that is not what it was, by its place among the items.
    private var firstChange = 0

    init(_ sample: SampleLog, dice: inout Dice) {
        kind = Kind.allCases[dice.below(Kind.allCases.count)]
        cover = Cover.allCases[dice.below(Cover.allCases.count)]
        items = sample.items
        places = []
        entryPlaces = items.indices.filter { if case .entry = sample.items[$0] { true } else { false } }
        let index = dice.below(entryPlaces.count)
        apply(index, &dice)
        switch cover {
        case .nothing: break
        case .entries: remakeEntries(sample.log)
        case .checkpoints:
            remakeEntries(sample.log)
            remakeCheckpoints(sample.log)
        }
    }

    private mutating func apply(_ index: Int, _ dice: inout Dice) {
        let place = entryPlaces[index]
        places = [.entry(UInt64(index + 1))]
        firstChange = place
        switch kind {
        case .field, .details, .erased, .erasedDigest: items[place] = .entry(changed(entry(place), &dice))
        case .remove: items.remove(at: place)
        case .insert: items.insert(.entry(changed(entry(place), &dice)), at: place)
        case .copy:
            items.insert(items[place], at: place + 1)
            places = [.entry(UInt64(index + 2))]
        // Behind the segment's last entry the copy stands before its checkpoint all the same.
        case .swap:
            let other = (index + 1 + dice.below(entryPlaces.count - 1)) % entryPlaces.count
            items.swapAt(place, entryPlaces[other])
            firstChange = min(place, entryPlaces[other])
            places = [.entry(UInt64(min(index, other) + 1))]
        case .cut:
            items.removeSubrange(place...)
        case .checkpointField, .checkpointRemoved, .segmentRemoved: changeCheckpoint(&dice)
        }
    }

    private mutating func changeCheckpoint(_ dice: inout Dice) {
        let all = items.indices.filter { if case .checkpoint = items[$0] { true } else { false } }
        let index = dice.below(all.count)
        guard case .checkpoint(let old) = items[all[index]] else { return }
        places = [.checkpoint(old.number)]
        firstChange = all[index]
        switch kind {
        case .checkpointField: items[all[index]] = .checkpoint(changed(old, &dice))
        case .checkpointRemoved:
            items.remove(at: all[index])
            // What stood under the last one is now a log that ends without a checkpoint.
            if index == all.count - 1 { places = [.entry(old.sequence + 1)] }
        default:
            let start = index == 0 ? 0 : all[index - 1] + 1
            items.removeSubrange(start...all[index])
            firstChange = start
            let first = index == 0 ? 1 : UInt64(start - index + 1)
            places.append(.entry(first))
        }
    }

    private func entry(_ place: Int) -> AuditEntry {
        guard case .entry(let entry) = items[place] else { preconditionFailure("no entry there") }
        return entry
    }

    private func changed(_ entry: AuditEntry, _ dice: inout Dice) -> AuditEntry {
        let field =
            switch kind {
            case .details: 5
            case .erasedDigest: 6
            case .erased: 7
            default: dice.below(5)
            }
        let content =
            field == 5
            ? entry.content.map { old in
                AuditEntry.Content(salt: old.salt, details: Self.flipped(old.details, &dice))
            } : field > 5 ? nil : entry.content
        let digest =
            field == 6 ? Digest(bytes: Self.flipped(entry.detailsDigest.bytes, &dice)) : entry.detailsDigest
        return AuditEntry(
            sequence: entry.sequence,
            id: field == 0 ? AuditRecordID(high: dice.next(), low: dice.next()) : entry.id,
            at: field == 1 ? Timestamp(milliseconds: entry.at.milliseconds + 1) : entry.at,
            kind: field == 2 ? entry.kind + "x" : entry.kind,
            actor: field == 3 ? entry.actor + "x" : entry.actor,
            subjects: field == 4 ? entry.subjects + ["server"] : entry.subjects, content: content,
            detailsDigest: digest ?? .zero, link: entry.link)
    }

    private func changed(_ old: AuditCheckpoint, _ dice: inout Dice) -> AuditCheckpoint {
        let field = dice.below(6)
        return AuditCheckpoint(
            number: field == 0 ? old.number + 1 : old.number,
            sequence: field == 1 ? old.sequence + 1 : old.sequence,
            at: field == 2 ? Timestamp(milliseconds: old.at.milliseconds + 1) : old.at,
            link: field == 3 ? Digest(bytes: Self.flipped(old.link.bytes, &dice)) ?? .zero : old.link,
            marks: field == 4 ? Self.flipped(old.marks, &dice) : old.marks, key: old.key,
            signature: field == 5 ? Self.flipped(old.signature, &dice) : old.signature)
    }

    private static func flipped(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        bytes[dice.below(bytes.count)] ^= 1 << UInt8(dice.below(8))
        return bytes
    }

    /// As they would be had the log always been like this.
    private mutating func remakeEntries(_ log: AuditLogID) {
        let hashing = NativeHashing()
        var (sequence, link) = (UInt64(0), AuditChain.genesis(of: log, hashing: hashing))
        for index in items.indices {
            guard case .entry(let old) = items[index] else { continue }
            sequence += 1
            let digest =
                old.content.map { AuditChain.detailsDigest($0, hashing: hashing) } ?? old.detailsDigest
            let draft = AuditEntry(
                sequence: sequence, id: old.id, at: old.at, kind: old.kind, actor: old.actor,
                subjects: old.subjects, content: old.content, detailsDigest: digest, link: .zero)
            link = AuditChain.link(
                after: link, sequence: sequence, body: AuditChain.bodyDigest(of: draft, hashing: hashing),
                hashing: hashing)
            items[index] = .entry(
                AuditEntry(
                    sequence: sequence, id: old.id, at: old.at, kind: old.kind, actor: old.actor,
                    subjects: old.subjects, content: old.content, detailsDigest: digest, link: link))
        }
    }

    /// As they would be had the log always been like this, but for the signatures, which only the key makes.
    private mutating func remakeCheckpoints(_ log: AuditLogID) {
        let own = Ed25519Key.generate()
        var (number, marks, last) = (UInt64(0), [UInt8](), AuditEntry?.none)
        var made: [AuditItem] = []
        var firstRemade: UInt64?
        let remake = { (at: Timestamp, key: Digest) in
            number += 1
            firstRemade = firstRemade ?? number
            let (sequence, link) = (last?.sequence ?? 0, last?.link ?? .zero)
            let form = AuditChain.signedForm(
                log: log, number: number, sequence: sequence, at: at, link: link,
                marksDigest: NativeHashing().sha256(marks))
            defer { marks = [] }
            return AuditItem.checkpoint(
                AuditCheckpoint(
                    number: number, sequence: sequence, at: at, link: link, marks: marks, key: key,
                    signature: own.sign(form.span)))
        }
        for (place, item) in items.enumerated() {
            switch item {
            case .entry(let entry):
                last = entry
                marks += AuditChain.mark(of: AuditChain.bodyDigest(of: entry, hashing: NativeHashing()))
                made.append(item)
            case .checkpoint(let old) where place < firstChange:
                number = old.number
                marks = []
                made.append(item)
            case .checkpoint(let old):
                made.append(remake(old.at, old.key))
            }
        }
        if !marks.isEmpty {
            made.append(remake(Timestamp(milliseconds: 1_700_000_000_500), .zero))
        }
        items = made
        // Otherwise it is a shorter log, which is whole.
        if let firstRemade { places = [.checkpoint(firstRemade)] }
    }
}
