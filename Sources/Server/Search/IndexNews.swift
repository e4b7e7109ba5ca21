import Chat
import Native
import Synchronization

/// How far the rooms go: told by the sequencer, which never waits, and taken by the search thread, which
/// sleeps here. Bounded by the number of rooms. Any thread.
final class IndexNews: Sendable {
    /// What has changed.
    struct News {
        /// Up to where rooms go.
        var heads: [RoomID: UInt64] = [:]
        /// Up to where their histories were removed.
        var anchors: [RoomID: UInt64] = [:]
    }

    private struct State {
        /// Of all rooms that there are.
        var heads: [RoomID: UInt64] = [:]
        /// Those that were told of since they were last taken.
        var changed: Set<RoomID> = []
        /// Of all rooms whose histories do not begin at their first event.
        var anchors: [RoomID: UInt64] = [:]
        var moved: Set<RoomID> = []
        var total: UInt64 = 0
        var isSignalled = false
        var isClosed = false
    }

    private let arrived = Semaphore()
    /// Lock tier 9: a leaf, held to enter or take what changed; never while waking.
    private let state = Mutex(State())

    /// Events of all rooms together.
    var total: UInt64 { state.withLock { $0.total } }
    var hasChanged: Bool { state.withLock { !$0.changed.isEmpty } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func tell(_ heads: [RoomID: UInt64], anchors: [RoomID: UInt64]) {
        guard !heads.isEmpty || !anchors.isEmpty else { return }
        let mustWake = state.withLock { state in
            state.anchors.merge(anchors) { max($0, $1) }
            state.moved.formUnion(anchors.keys)
            for (room, head) in heads {
                let before = state.heads.updateValue(head, forKey: room) ?? 0
                state.total += head - min(before, head)
                state.changed.insert(room)
            }
            defer { state.isSignalled = true }
            return !state.isSignalled
        }
        if mustWake { arrived.signal() }
    }

    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isSignalled = true }
            return !state.isSignalled
        }
        if mustWake { arrived.signal() }
    }

    /// What has changed since this was called last.
    func take() -> News {
        state.withLock { state in
            var news = News()
            for room in state.changed { news.heads[room] = state.heads[room] }
            for room in state.moved { news.anchors[room] = state.anchors[room] }
            state.changed = []
            state.moved = []
            state.isSignalled = false
            return news
        }
    }

    /// All of it.
    func takeAll() -> News {
        state.withLock { state in
            state.changed = []
            state.moved = []
            state.isSignalled = false
            return News(heads: state.heads, anchors: state.anchors)
        }
    }

    /// Until there is something to take, this is closed or the time is over.
    func wait(timeout: Duration?) {
        guard !state.withLock({ $0.isClosed || !$0.changed.isEmpty || !$0.moved.isEmpty }) else { return }
        _ = arrived.wait(timeout: timeout)
    }
}
