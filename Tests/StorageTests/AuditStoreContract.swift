import Chat
import Native
import Storage
import Testing

/// What every store of the audit log does.
@Suite struct AuditStoreContract {
    private func entry(
        _ sequence: UInt64, by actor: String = "operations", of subject: String = "person:1",
        kind: String = "person_added", details: [UInt8] = Array("{}".utf8)
    ) -> AuditTailEntry {
        AuditTailEntry(
            entry: AuditEntry(
                sequence: sequence, id: AuditRecordID(high: 9, low: sequence),
                at: Timestamp(milliseconds: Int64(sequence)), kind: kind, actor: actor,
                subjects: [subject, "room:2"],
                content: AuditEntry.Content(salt: Salt(high: 1, low: sequence), details: details),
                detailsDigest: digest(1), link: digest(UInt8(truncatingIfNeeded: sequence))),
            code: digest(200))
    }

    private func digest(_ byte: UInt8) -> Digest {
        Digest(bytes: [UInt8](repeating: byte, count: 32)) ?? .zero
    }

    private func checkpoint(_ number: UInt64, over sequence: UInt64) -> AuditCheckpoint {
        AuditCheckpoint(
            number: number, sequence: sequence, at: Timestamp(milliseconds: 5),
            link: digest(UInt8(truncatingIfNeeded: sequence)), marks: [1, 2, 3, 4, 5, 6, 7, 8],
            key: digest(3), signature: [UInt8](repeating: 4, count: 64))
    }

    private func items(_ reader: any AuditReader, after cursor: AuditCursor = .start, _ count: Int = 100)
        throws -> [AuditItem]
    {
        try reader.items(after: cursor, maxEntries: count, maxBytes: .max)
    }

    @Test(arguments: AuditBackend.allCases)
    func aNewLogIsEmpty(backend: AuditBackend) throws {
        let subject = try backend.make()
        #expect(
            try subject.store.load() == StoredAudit(checkpoint: nil, coveredLink: .zero, tail: []))
        #expect(try items(subject.reader).isEmpty)
        #expect(try subject.reader.lastSequence() == 0)
    }

    @Test(arguments: AuditBackend.allCases)
    func whatIsAppendedIsThereAfterAStart(backend: AuditBackend) throws {
        let subject = try backend.make()
        let log = subject.store.log
        let tail = [entry(1), entry(2, of: "person:\u{e9}"), entry(3)]
        try subject.store.append(AuditBatch(entries: Array(tail[..<2])))
        try subject.store.append(AuditBatch(entries: [tail[2]]))
        try subject.reopen()
        #expect(subject.store.log == log)
        #expect(try subject.store.load() == StoredAudit(checkpoint: nil, coveredLink: .zero, tail: tail))
        #expect(try items(subject.reader) == tail.map { .entry($0.entry) })
    }

    @Test(arguments: AuditBackend.allCases)
    func aCheckpointCoversTheTailAndItsCodesGo(backend: AuditBackend) throws {
        let subject = try backend.make()
        let first = checkpoint(1, over: 2)
        try subject.store.append(AuditBatch(entries: [entry(1)]))
        try subject.store.append(AuditBatch(entries: [entry(2)], checkpoint: first))
        #expect(
            try subject.store.load() == StoredAudit(checkpoint: first, coveredLink: digest(2), tail: []))
        try subject.store.append(AuditBatch(entries: [entry(3)]))
        let second = checkpoint(2, over: 3)
        try subject.store.append(AuditBatch(entries: [], checkpoint: second))
        try subject.store.append(AuditBatch(entries: [entry(4)]))
        try subject.reopen()
        #expect(
            try subject.store.load()
                == StoredAudit(checkpoint: second, coveredLink: digest(3), tail: [entry(4)]))
    }

    @Test(arguments: AuditBackend.allCases)
    func pagesGiveEverythingOnceAndInOrder(backend: AuditBackend) throws {
        let subject = try backend.make()
        for sequence in UInt64(1)...50 {
            let isCovered = sequence % 7 == 0
            try subject.store.append(
                AuditBatch(
                    entries: [entry(sequence)],
                    checkpoint: isCovered ? checkpoint(sequence / 7, over: sequence) : nil))
        }
        try subject.store.append(AuditBatch(entries: [], checkpoint: checkpoint(8, over: 50)))
        let whole = try items(subject.reader)
        #expect(whole.count == 58)
        #expect(whole.last == .checkpoint(checkpoint(8, over: 50)))
        for size in [1, 2, 6, 7, 8, 49, 50] {
            var (pages, cursor): ([AuditItem], AuditCursor) = ([], .start)
            while true {
                let page = try items(subject.reader, after: cursor, size)
                if page.isEmpty { break }
                for item in page { cursor.pass(item) }
                pages += page
            }
            #expect(pages == whole, "pages of \(size)")
        }
        #expect(try subject.reader.items(after: .start, maxEntries: 50, maxBytes: 3).count == 2)
        #expect(try subject.reader.lastSequence() == 50)
        let far = AuditCursor(sequence: .max, checkpoint: .max)
        #expect(try items(subject.reader, after: far).isEmpty)
    }

    @Test(arguments: AuditBackend.allCases)
    func recordsThatAreEnteredAreKnown(backend: AuditBackend) throws {
        let subject = try backend.make()
        try subject.store.append(
            AuditBatch(entries: [entry(1), entry(2)], checkpoint: checkpoint(1, over: 2)))
        try subject.reopen()
        let (one, other) = (AuditRecordID(high: 9, low: 2), AuditRecordID(high: 9, low: 3))
        #expect(try subject.store.entered([one, other]) == [one])
        #expect(try subject.store.entered([]) == [])
    }

    @Test(arguments: AuditBackend.allCases)
    func erasingLeavesEverythingElse(backend: AuditBackend) throws {
        let subject = try backend.make()
        let tail = [
            entry(1, of: "person:1"), entry(2, by: "person:1", of: "person:3"), entry(3, of: "person:3"),
        ]
        try subject.store.append(AuditBatch(entries: tail))
        #expect(try subject.store.erasable(party: "person:1") == 2)
        let all = { () throws(StorageError) in
            try subject.store.erase(party: "person:1", after: 0, through: 3, most: 10)
        }
        #expect(try all() == AuditErasure(erased: 2, last: 2))
        #expect(try all() == AuditErasure(erased: 0, last: 2))
        #expect(try subject.store.erasable(party: "person:1") == 0)
        try subject.reopen()
        let found = try subject.store.load().tail
        #expect(found.map { $0.entry.content == nil } == [true, true, false])
        #expect(found.map(\.entry.link) == tail.map(\.entry.link))
        #expect(found.map(\.entry.detailsDigest) == tail.map(\.entry.detailsDigest))
        #expect(found[2] == tail[2])
    }

    @Test(arguments: AuditBackend.allCases)
    func erasingGoesInPiecesAndKeepsToItsEnd(backend: AuditBackend) throws {
        let subject = try backend.make()
        try subject.store.append(AuditBatch(entries: (1...10).map { entry($0) }))
        let piece = { (sequence: UInt64) throws(StorageError) in
            try subject.store.erase(party: "person:1", after: sequence, through: 8, most: 3)
        }
        #expect(try piece(0) == AuditErasure(erased: 3, last: 3))
        #expect(try piece(3) == AuditErasure(erased: 3, last: 6))
        #expect(try piece(6) == AuditErasure(erased: 2, last: 8))
        #expect(try piece(8) == AuditErasure(erased: 0, last: nil))
        #expect(try subject.store.erasable(party: "person:1") == 2)
        try subject.store.forget()
        #expect(try items(subject.reader).count == 10)
    }

    @Test(arguments: AuditBackend.allCases)
    func whatTellsOfAnErasingIsNotErased(backend: AuditBackend) throws {
        let subject = try backend.make()
        let told = entry(1, kind: AuditKind.detailsErased.rawValue)
        try subject.store.append(AuditBatch(entries: [told]))
        #expect(try subject.store.erasable(party: "person:1") == 0)
        let done = try subject.store.erase(party: "person:1", after: 0, through: 9, most: 9)
        #expect(done == AuditErasure(erased: 0, last: 1))
        #expect(try items(subject.reader) == [.entry(told.entry)])
    }

    /// Many people's entries share pages, and are erased one person after the other: nothing may be left of
    /// one because another's row beside it changed, neither in the file nor in its log.
    @Test func nothingIsLeftBetweenTheRows() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("audit.db")
        let store = try EmbeddedAuditStore(path: path)
        let people = 12
        for round in UInt64(0)..<40 {
            let entries = (0..<UInt64(people)).map { person in
                let length = Int((round * 7 + person) % 23) + 1
                let text = String(repeating: "secret-of-\(person)-", count: length)
                return entry(
                    round * UInt64(people) + person + 1, of: "person:\(person)", details: Array(text.utf8))
            }
            try store.append(AuditBatch(entries: entries))
        }
        for person in 0..<people {
            let done = try store.erase(party: "person:\(person)", after: 0, through: .max, most: 1_000)
            #expect(done.erased == 40)
            try store.forget()
            let secret = Array("secret-of-\(person)-".utf8)
            for file in [path, path + "-wal"] {
                #expect(try Files.read(file, limit: 1 << 24).firstRange(of: secret) == nil)
            }
        }
        #expect(try store.load().tail.allSatisfy { $0.entry.content == nil })
        try store.close()
    }

    @Test func aFailedAppendIsFinal() throws {
        let store = MemoryAuditStore(log: AuditLogID(high: 1, low: 1))
        store.fault = { _ in .full }
        #expect(throws: StorageError(.full, "no room")) { try store.append(AuditBatch(entries: [entry(1)])) }
        store.fault = { _ in .unknown(isStored: true) }
        #expect(throws: StorageError.self) { try store.append(AuditBatch(entries: [entry(1)])) }
        store.fault = { _ in nil }
        #expect(throws: StorageError.self) { try store.append(AuditBatch(entries: [entry(2)])) }
        #expect(try store.crash().load().tail == [entry(1)])
    }

    /// What SQLite would keep in its free pages is overwritten (https://www.sqlite.org/pragma.html).
    @Test func erasedDetailsAreNotInTheFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("audit.db")
        let secret = Array("nobody-shall-find-this".utf8)
        let old = entry(1).entry
        let told = AuditEntry(
            sequence: 1, id: old.id, at: old.at, kind: old.kind, actor: old.actor, subjects: old.subjects,
            content: AuditEntry.Content(salt: Salt(high: 1, low: 1), details: secret),
            detailsDigest: old.detailsDigest, link: old.link)
        let first = try EmbeddedAuditStore(path: path)
        try first.append(AuditBatch(entries: [AuditTailEntry(entry: told, code: .zero)]))
        try first.close()
        #expect(try Files.read(path, limit: 1 << 24).firstRange(of: secret) != nil)
        let second = try EmbeddedAuditStore(path: path)
        #expect(try second.erase(party: "operations", after: 0, through: 1, most: 1).erased == 1)
        try second.close()
        #expect(try Files.read(path, limit: 1 << 24).firstRange(of: secret) == nil)
        #expect(try Files.status(of: path + "-wal") == nil)
    }

    @Test func aLogThatIsSetAsideGivesWayToAnother() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("audit.db")
        let first = try EmbeddedAuditStore(path: path)
        try first.append(AuditBatch(entries: [entry(1)]))
        try first.close()
        let aside = try EmbeddedAuditStore.setAside(path: path)
        #expect(aside == path + ".damaged-1")
        let second = try EmbeddedAuditStore(path: path)
        #expect(second.log != first.log)
        #expect(try second.load().tail.isEmpty)
        try second.close()
        let again = try EmbeddedAuditStore(path: aside)
        #expect(try again.load().tail == [entry(1)])
        try again.close()
    }
}
