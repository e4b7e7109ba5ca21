import Chat
import Foundation
import Testing

@testable import Storage

/// What is so of search.db and of no other index: it is thrown away rather than trusted, and forgets.
@Suite struct EmbeddedSearchFactTests {
    private let hall = RoomID(high: 1, low: 1)

    private func batch(_ texts: [String], after: UInt64 = 0) -> [RoomChanges] {
        let changes = texts.enumerated().map { index, text in
            RoomChanges.Change.message(
                IndexedMessage(
                    sequence: after + UInt64(index) + 1, author: PersonID(high: 1, low: 1),
                    at: Timestamp(milliseconds: Int64(after) + Int64(index)), text: text))
        }
        return [RoomChanges(room: hall, changes: changes, through: after + UInt64(texts.count))]
    }

    @Test func ofAnotherHistoryItIsMadeAnew() throws {
        let subject = try EmbeddedSearchUnderTest()
        #expect(subject.embedded.discarded == nil)
        try subject.index.apply(batch(["hello"]))
        try subject.reopen()
        #expect(subject.embedded.discarded == nil)
        #expect(try subject.sequences("hello", in: [hall]) == [1])
        try subject.reopen(of: Incarnation(high: 1, low: 3))
        #expect(subject.embedded.discarded != nil)
        #expect(try subject.index.positions().isEmpty)
        #expect(try subject.sequences("hello", in: [hall]).isEmpty)
    }

    @Test(arguments: [0, 100, 4_096])
    func aFileThatCannotBeReadIsMadeAnew(kept: Int) throws {
        let subject = try EmbeddedSearchUnderTest()
        try subject.index.apply(batch((1...500).map { "hello \($0)" }))
        let path = subject.folder.file("search.db")
        try subject.embedded.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(
            kept..<min(bytes.count, 8_192), with: Data(repeating: 0x5a, count: 8_192 - kept))
        try bytes.write(to: URL(fileURLWithPath: path))
        let again = try EmbeddedSearchIndex(path: path, incarnation: subject.incarnation)
        defer { try? again.close() }
        do throws(StorageError) {
            // Where the damage does not show at once, it shows when something is read or written.
            if again.discarded == nil {
                _ = try again.positions()
                try again.apply(batch(["more"], after: 500))
                Issue.record("the damage was not found")
            }
        } catch {
            #expect(error.code == .damaged)
        }
    }

    @Test func otherAccountsCannotReadIt() throws {
        let subject = try EmbeddedSearchUnderTest()
        try subject.index.apply(batch(["secret"]))
        for name in ["search.db", "search.db-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: subject.folder.file(name))
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0, "\(name)")
        }
    }

    /// Neither the text nor a gram of it, in no file; though there is much else in the index.
    @Test func whatWasDeletedIsForgotten() throws {
        let subject = try EmbeddedSearchUnderTest()
        let word = "zqxjkvwpy"
        try subject.index.apply(batch(["the \(word) is here"]))
        for turn in 0..<40 {
            let texts = (0..<50).map { "message \(turn) of \($0) in the hall of many people" }
            try subject.index.apply(batch(texts, after: UInt64(1 + turn * 50)))
        }
        #expect(try subject.sequences(word, in: [hall]) == [1])
        #expect(!files(with: word, in: subject).isEmpty)
        #expect(!files(with: "zqx", in: subject).isEmpty)
        try subject.index.apply([RoomChanges(room: hall, changes: [.deletion(1)], through: 2_002)])
        #expect(try subject.sequences(word, in: [hall]).isEmpty)
        var turns = 0
        while try subject.index.forget(), turns < 1_000 { turns += 1 }
        #expect(turns < 1_000)
        for gone in [word, "zqx", "jkv", "wpy"] { #expect(files(with: gone, in: subject) == [], "\(gone)") }
        #expect(try subject.sequences("people", in: [hall]).count == 2_000)
    }

    private func files(with text: String, in subject: EmbeddedSearchUnderTest) -> [String] {
        ["search.db", "search.db-wal"].filter { name in
            let path = URL(fileURLWithPath: subject.folder.file(name))
            return (try? Data(contentsOf: path))?.range(of: Data(text.utf8)) != nil
        }
    }
}
