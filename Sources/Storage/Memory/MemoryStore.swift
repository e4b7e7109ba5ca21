package import Chat

/// A history in memory, with every failure that real stores have, at the driver's word: for tests, the
/// simulator and `serve --dev`. Used on one thread, the sequencer's; its `history` on any.
///
/// What was answered `.stored` survives `crash`, unless `StoreFault.unsynced` was asked for.
package final class MemoryStore: EventStore {
    private struct Held {
        let batch: Batch
        let completed: (AppendOutcome) -> Void
    }

    package let history: MemoryHistory
    /// Asked at each append what is to go wrong with it.
    package var fault: (Batch) -> StoreFault? = { _ in nil }

    private var held: [Held] = []
    /// What a crash goes back to, while something was acknowledged without a sync.
    private var synced: MemoryContents?
    private var failure: String?
    private var isDamaged = false

    package convenience init(incarnation: Incarnation) {
        self.init(MemoryContents(incarnation: incarnation))
    }

    private init(_ contents: MemoryContents) {
        history = MemoryHistory(contents)
    }

    package func load() throws(StorageError) -> StoredState { history.current.stored }

    package func append(_ batch: Batch, completed: @escaping (AppendOutcome) -> Void) {
        if let failure { return completed(.unknown(failure)) }
        let fault = isDamaged ? .damaged : fault(batch)
        if fault == .slow || !held.isEmpty {
            held.append(Held(batch: batch, completed: completed))
        } else {
            completed(store(batch, fault: fault))
        }
    }

    package func reload(_ room: RoomID) throws(StorageError) -> StoredState.StoredRoom? {
        history.current.rooms[room]?.stored
    }

    package func receipts(for sends: [SendKey]) throws(StorageError) -> [SendKey: Event] {
        let stored = history.current.sends
        var found: [SendKey: Event] = [:]
        for key in sends { found[key] = stored[key] }
        return found
    }

    package func targets(at places: [EventPlace]) throws(StorageError) -> [EventPlace: StoredTarget] {
        let contents = history.current
        var found: [EventPlace: StoredTarget] = [:]
        for place in places { found[place] = contents.target(at: place) }
        return found
    }

    package func messageCounts(at places: [EventPlace]) throws(StorageError) -> [EventPlace: UInt64] {
        let contents = history.current
        var found: [EventPlace: UInt64] = [:]
        for place in places { found[place] = contents.event(at: place)?.messages }
        return found
    }

    package func greatestSend(upTo bound: SendID) throws(StorageError) -> SendID? {
        history.current.sends.keys.lazy.map(\.send).filter { $0 <= bound }.max()
    }

    private func store(_ batch: Batch, fault: StoreFault?) -> AppendOutcome {
        switch fault {
        case nil, .slow:
            synced = nil
            return apply(batch)
        case .unsynced:
            if synced == nil { synced = history.current }
            return apply(batch)
        case .conflict:
            synced = nil
            return apply(batch, refusing: Set(batch.rooms.map(\.room)))
        case .full:
            return .full
        case .damaged:
            isDamaged = true
            return .damaged("a page is not what it must be")
        case .unknown(let isStored):
            failure = "the sync failed"
            // As with SQLite: what a failed sync covered is not seen by readers before the restart.
            var found = synced ?? history.current
            if isStored {
                found = history.current
                _ = found.apply(batch)
            }
            synced = found
            return .unknown("the sync failed")
        }
    }

    private func apply(_ batch: Batch, refusing refused: Set<RoomID> = []) -> AppendOutcome {
        let conflicts = history.change { $0.apply(batch, refusing: refused) }
        return conflicts.isEmpty ? .stored : .conflict(conflicts)
    }
}

extension MemoryStore {
    /// How many slow appends wait.
    package var heldAppends: Int { held.count }

    /// Lets the oldest slow append finish: it is stored, then `completed`. False when none waits.
    @discardableResult
    package func release() -> Bool {
        guard !held.isEmpty else { return false }
        let oldest = held.removeFirst()
        oldest.completed(store(oldest.batch, fault: nil))
        return true
    }

    /// A power cut: answers the store as the next process finds it. Of the appends still held, the oldest
    /// `keeping` had reached the disk; nobody was told. This store is dead from now on, and calls no
    /// completion any more.
    package func crash(keeping: Int = 0) -> MemoryStore {
        var found = synced ?? history.current
        for append in held.prefix(keeping) { _ = found.apply(append.batch) }
        held = []
        failure = "the process is dead"
        return MemoryStore(found)
    }
}
