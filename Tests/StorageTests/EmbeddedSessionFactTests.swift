import Chat
import Foundation
import Native
import Storage
import Testing

/// What is true of state.lmdb alone: its limits, and damage that must not kill the process.
@Suite struct EmbeddedSessionFactTests {
    private let folder: TemporaryFolder
    private let directory: String
    private let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private var sample = Sample()

    private var file: URL { URL(fileURLWithPath: directory + "/data.mdb") }

    init() throws {
        folder = try TemporaryFolder()
        directory = folder.file("state.lmdb")
    }

    @Test mutating func soundStateIsFoundSoundHoweverItCameAbout() throws {
        try fill(sessions: 3_000)
        #expect(try LMDBFile.condition(inDirectory: directory) == .sound)
        // Removing leaves pages free, and long lists of them.
        let store = try EmbeddedSessionStore(directory: directory)
        #expect(store.setAside == nil)
        for _ in 0..<30 { _ = try store.perform([.sweep(now: .init(milliseconds: .max), max: 97)]) }
        #expect(try LMDBFile.condition(inDirectory: directory) == .sound)
    }

    @Test(arguments: [0.99, 0.6, 0.3, 0.02])
    mutating func truncatedStateIsSetAsideAndMadeAnew(share: Double) throws {
        try fill(sessions: 3_000)
        let bytes = try Data(contentsOf: file)
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(Double(bytes.count) * share) & ~4_095)
        try handle.close()
        try expectNewStart()
    }

    @Test mutating func stateWithZeroedPagesIsSetAsideAndMadeAnew() throws {
        try fill(sessions: 3_000)
        var bytes = try Data(contentsOf: file)
        for page in stride(from: 2, to: bytes.count / 4_096, by: 5) {
            bytes.resetBytes(in: page * 4_096..<(page + 1) * 4_096)
        }
        try bytes.write(to: file)
        try expectNewStart()
    }

    @Test(arguments: 0..<40)
    mutating func scribbledStateNeverKillsTheProcess(seed: Int) throws {
        try fill(sessions: 500)
        var bytes = try Data(contentsOf: file)
        var random = SequenceGenerator()
        for _ in 0..<seed { _ = random.next() }
        for _ in 0..<4 {
            let page = Int.random(in: 0..<bytes.count / 4_096, using: &random)
            for offset in 0..<64 { bytes[page * 4_096 + offset] = UInt8.random(in: 0...255, using: &random) }
        }
        try bytes.write(to: file)
        // Opened in either case; whether it was set aside depends on whether the pages were in use.
        let store = try EmbeddedSessionStore(directory: directory)
        _ = try store.perform([.sweep(now: noon, max: 10_000)])
    }

    @Test mutating func fullMapIsRefusedAndTheStoreGoesOn() throws {
        var limits = Limits.standard
        limits.stateMapBytes = 256 * 1_024
        let store = try EmbeddedSessionStore(directory: directory, limits: limits)
        let person = sample.person("anna").id
        let kept = session(of: person)
        _ = try store.perform([.open(kept, most: 100)])
        let people = (0..<50).map { sample.person("person\($0)").id }
        let many = (0..<5_000).map { SessionOperation.open(session(of: people[$0 % 50]), most: 100) }
        do {
            _ = try store.perform(many)
            Issue.record("5,000 sessions do not fit into 256 KiB")
        } catch {
            #expect(error.code == .full)
        }
        #expect(
            try store.perform([.list(of: person), .closeAll(of: person, before: 1)]) == [
                .sessions([kept]), .count(1),
            ])
    }

    private mutating func fill(sessions count: Int) throws {
        let store = try EmbeddedSessionStore(directory: directory)
        let people = (0..<20).map { sample.person("person\($0)").id }
        for _ in stride(from: 0, to: count, by: 500) {
            _ = try store.perform((0..<500).map { .open(session(of: people[$0 % 20]), most: 1_000) })
        }
    }

    private mutating func session(of person: PersonID) -> LoginSession {
        LoginSession(
            id: sample.session(), person: person, epoch: 0, kind: .device, name: "", createdAt: noon,
            expiresAt: noon.advanced(by: .seconds(60)),
            tokens: LoginSession.Tokens(family: sample.digest(), current: sample.digest()))
    }

    private mutating func expectNewStart() throws {
        let store = try EmbeddedSessionStore(directory: directory)
        let aside = try #require(store.setAside)
        #expect(FileManager.default.fileExists(atPath: aside + "/data.mdb"))
        let session = session(of: sample.person("anna").id)
        #expect(
            try store.perform([.open(session, most: 100), .list(of: session.person)]) == [
                .sessions([]), .sessions([session]),
            ])
        #expect(try store.perform([.sweep(now: .init(milliseconds: .max), max: 10)]) == [.count(1)])
    }
}
