package import Chat
import Native
import Synchronization

/// The thread that owns the index and follows the history with it, after everybody else: whoever chats goes
/// first, and whoever searches looks through what is not in the index yet himself.
///
/// `run` is the thread; everything else is for any. An index that is damaged is made anew of the history.
package final class SearchIndexer: Sendable {
    private let limits: Limits
    private let news = IndexNews()
    /// Events that are in the index.
    private let indexed = Atomic<UInt64>(0)
    /// Whoever looked into the index found it damaged.
    private let isDamaged = Atomic<Bool>(false)
    // Lock tier 9: a leaf, held for one assignment.
    private let open = Mutex<(any SearchReader)?>(nil)
    private let pause = Semaphore()

    package init(limits: Limits) { self.limits = limits }

    // MARK: any thread

    /// The sequencer's: these rooms have new events, up to here, and of these the history was removed, up to
    /// there. Never waits.
    package func tell(_ heads: [RoomID: UInt64], anchors: [RoomID: UInt64] = [:]) {
        news.tell(heads, anchors: anchors)
    }

    /// `nil` while there is no index.
    package var reader: (any SearchReader)? { open.withLock { $0 } }

    /// How many events the index is behind the history.
    package var behind: UInt64 {
        let (done, all) = (indexed.load(ordering: .relaxed), news.total)
        return all - min(done, all)
    }

    /// Whoever looks into the index found this.
    package func noteFailure(_ error: StorageError) {
        if error.code == .damaged { isDamaged.store(true, ordering: .relaxed) }
    }

    /// What is under way is finished, and nothing more begun.
    package func finish() { news.close() }

    // MARK: the search thread

    /// Until `finish`. Told of every room before.
    /// - Parameter isShort: whether the disk has little room: nothing is added then, as messages go first.
    /// - Parameter note: told what goes wrong with the store, each time; and `nil` when it works.
    /// - Parameter report: told in words what the operator should know.
    package func run(
        _ factory: SearchFactory, of incarnation: Incarnation, history: any HistoryReader,
        isShort: () -> Bool = { false }, note: (StorageError?) -> Void, report: (String) -> Void
    ) {
        var failures = 0
        while !news.isClosed {
            do throws(StorageError) {
                let opened = try factory.open(incarnation)
                if let reason = opened.discarded { report(Self.madeAnew + reason) }
                try follow(
                    opened.index, history: history, isShort: isShort, failures: &failures, note: note,
                    report: report)
            } catch {
                note(error)
                failures += 1
                if error.code == .damaged || error.code == .failed && failures >= Self.patience {
                    report(Self.madeAnew + error.detail)
                    try? factory.remove()
                    failures = 0
                }
                if !news.isClosed { _ = pause.wait(timeout: limits.indexRetry) }
            }
        }
    }

    private static let madeAnew = "the search index is made anew: "
    /// Failures in a row after which an index is taken for damaged, whatever they are called.
    private static let patience = 3

    /// As long as nothing goes wrong that another try would not mend. Closes the index.
    private func follow(
        _ index: any SearchIndex, history: any HistoryReader, isShort: () -> Bool, failures: inout Int,
        note: (StorageError?) -> Void, report: (String) -> Void
    ) throws(StorageError) {
        do throws(StorageError) {
            var shift = try IndexShift(index, history: history, limits: limits)
            let all = news.takeAll()
            try shift.learn(all.heads, isAll: true)
            shift.learn(anchors: all.anchors)
            indexed.store(shift.indexed, ordering: .relaxed)
            isDamaged.store(false, ordering: .relaxed)
            open.withLock { $0 = index.reader }
            try work(&shift, isShort: isShort, failures: &failures, note: note, report: report)
        } catch {
            open.withLock { $0 = nil }
            try? index.close()
            throw error
        }
        open.withLock { $0 = nil }
        try index.close()
    }

    private func work(
        _ shift: inout IndexShift, isShort: () -> Bool, failures: inout Int, note: (StorageError?) -> Void,
        report: (String) -> Void
    ) throws(StorageError) {
        var turns = ForgettingTurns(now: MonotonicClock.now())
        while !news.isClosed {
            if shift.isDone {
                let now = MonotonicClock.now()
                news.wait(timeout: turns.due.map { max($0 - now, .zero) })
            }
            if isDamaged.load(ordering: .relaxed) { throw StorageError(.damaged, "it cannot be read") }
            let isChatBusy = news.hasChanged
            let changes = news.take()
            try shift.learn(changes.heads)
            shift.learn(anchors: changes.anchors)
            guard !isShort() else {
                _ = pause.wait(timeout: limits.indexRetry)
                continue
            }
            let began = MonotonicClock.now()
            do throws(StorageError) {
                try advance(&shift, &turns)
                for room in shift.takeUnreadable() {
                    report(
                        "the history of room \(room) cannot be read on: what is behind is not in the index")
                }
                note(nil)
                failures = 0
            } catch {
                // A full disk takes more when there is room: what is there can be searched meanwhile.
                guard error.code == .full || error.code == .locked else { throw error }
                note(error)
                _ = pause.wait(timeout: limits.indexRetry)
            }
            indexed.store(shift.indexed, ordering: .relaxed)
            // Who chats needs the processor and the disk at least as long as this does.
            if isChatBusy, !news.isClosed {
                _ = pause.wait(timeout: max(limits.indexGather, MonotonicClock.now() - began))
            }
        }
    }

    private func advance(
        _ shift: inout IndexShift, _ turns: inout ForgettingTurns
    ) throws(StorageError) {
        if !shift.isDone {
            try shift.step()
            turns.changed()
        }
        let now = MonotonicClock.now()
        guard let due = turns.due, due <= now else { return }
        let isMore = try shift.forget()
        turns.done(at: MonotonicClock.now(), isMore: isMore, pause: limits.indexForgetPause)
    }
}
