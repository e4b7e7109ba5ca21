import Chat
import Native
import Storage
import Synchronization
import Testing
import Wire

@testable import Server

/// The thread: follows what it is told of, starts over with an index that is damaged, ends when it is told.
@Suite(.serialized) struct SearchIndexerTests {
    /// Fails as it is told to.
    private final class FailingIndex: SearchIndex {
        private let inner = MemorySearchIndex()
        private let failures: FailureCount

        init(_ failures: FailureCount) { self.failures = failures }

        var reader: any SearchReader { inner.reader }
        func positions() throws(StorageError) -> [RoomID: UInt64] { inner.positions() }
        func apply(_ batch: [RoomChanges]) throws(StorageError) {
            if let code = failures.next() { throw StorageError(code, "as told") }
            inner.apply(batch)
        }
        func remove(_ room: RoomID, through sequence: UInt64, max: Int) throws(StorageError) -> Bool {
            inner.remove(room, through: sequence, max: max)
        }
        func forget() throws(StorageError) -> Bool { false }
        func close() throws(StorageError) {}
    }

    private final class FailureCount: Sendable {
        private let left: Atomic<Int>
        private let code: StorageError.Code
        let opened = Atomic<Int>(0)
        let removed = Atomic<Int>(0)

        init(_ count: Int, _ code: StorageError.Code) {
            left = Atomic(count)
            self.code = code
        }

        func next() -> StorageError.Code? {
            left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 ? code : nil
        }

        var factory: SearchFactory {
            SearchFactory { _ throws(StorageError) in
                self.opened.wrappingAdd(1, ordering: .relaxed)
                return OpenSearch(index: FailingIndex(self))
            } remove: {
                self.removed.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    private func run(_ failures: FailureCount, until isDone: (SearchIndexer, SearchScene) throws -> Void)
        throws
    {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        for turn in 0..<20 { try scene.say("tea \(turn)", in: hall, by: ada) }
        var limits = Limits.standard
        limits.indexRetry = .milliseconds(1)
        limits.indexGather = .milliseconds(1)
        let indexer = SearchIndexer(limits: limits)
        indexer.tell(scene.sequencer.heads)
        let history = scene.store.history
        let factory = failures.factory
        let thread = try Thread.start(name: "index") {
            indexer.run(
                factory, of: Incarnation(high: 1, low: 1), history: history, note: { _ in }, report: { _ in })
        }
        defer {
            indexer.finish()
            thread.join()
            #expect(indexer.reader == nil)
        }
        try wait { indexer.behind == 0 && indexer.reader != nil }
        try scene.say("late tea", in: hall, by: ada)
        indexer.tell(scene.sequencer.heads)
        #expect(indexer.behind <= 1)
        try wait { indexer.behind == 0 }
        try isDone(indexer, scene)
    }

    private func wait(_ holds: () -> Bool) throws {
        let pause = Semaphore()
        for _ in 0..<5_000 {
            if holds() { return }
            _ = pause.wait(timeout: .milliseconds(2))
        }
        Issue.record("it does not come to it")
    }

    @Test func itFollowsWhatItIsToldOf() throws {
        let failures = FailureCount(0, .failed)
        try run(failures) { indexer, scene in
            #expect(failures.opened.load(ordering: .relaxed) == 1)
            indexer.noteFailure(StorageError(.damaged, "a reader says so"))
            indexer.tell(scene.sequencer.heads)
            try wait { failures.removed.load(ordering: .relaxed) == 1 && indexer.behind == 0 }
        }
    }

    @Test func aFullDiskIsWaitedForWithTheIndexThatThereIs() throws {
        let failures = FailureCount(5, .full)
        try run(failures) { _, _ in
            #expect(failures.opened.load(ordering: .relaxed) == 1)
            #expect(failures.removed.load(ordering: .relaxed) == 0)
        }
    }

    @Test func aDamagedIndexIsMadeAnew() throws {
        let failures = FailureCount(2, .damaged)
        try run(failures) { _, _ in
            #expect(failures.opened.load(ordering: .relaxed) == 3)
            #expect(failures.removed.load(ordering: .relaxed) == 2)
        }
    }

    @Test func oneThatAlwaysFailsIsTakenForDamaged() throws {
        let failures = FailureCount(3, .failed)
        try run(failures) { _, _ in #expect(failures.removed.load(ordering: .relaxed) == 1) }
    }

    @Test func forgettingRestsNineTimesAsLongAsItTook() {
        let start = Instant(nanoseconds: 0)
        var turns = ForgettingTurns(now: start)
        #expect(turns.due == start)
        turns.done(at: start, isMore: true, pause: .milliseconds(50))
        #expect(turns.due == start + .milliseconds(50))
        turns.done(at: start + .seconds(2), isMore: false, pause: .milliseconds(50))
        #expect(turns.due == nil)
        turns.changed()
        #expect(turns.due == start + .seconds(20))
    }
}
