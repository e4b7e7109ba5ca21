import Chat
import Native
import Synchronization

/// Has threads stand still, one after the other, until whoever asked is done.
///
/// Any thread asks; those that are asked stand in `stand`. A thread that comes too late passes.
final class StandStill: Sendable {
    private struct State {
        var standing = 0
        var isOver = false
        var lastArrival: Instant?
        var refusal: StorageError?
    }

    private let arrived = Semaphore()
    private let gate = Semaphore()
    /// Lock tier 9: a leaf, held for some assignments.
    private let state = Mutex(State())

    init() {}

    /// On the thread that is to stand: returns when it is over.
    func stand() {
        let stands = state.withLock { state in
            guard !state.isOver else { return false }
            state.standing += 1
            state.lastArrival = MonotonicClock.now()
            return true
        }
        guard stands else { return }
        arrived.signal()
        _ = gate.wait()
    }

    /// On a thread that cannot stand: whoever waits for it is told why.
    func refuse(_ error: StorageError) {
        state.withLock { $0.refusal = error }
        arrived.signal()
    }

    /// Waits for one more to stand.
    /// - Returns: false when none does within this time.
    /// - Throws: why one does not.
    func waitForNext(within patience: Duration) throws(StorageError) -> Bool {
        let hasCome = arrived.wait(timeout: patience)
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
        return hasCome
    }

    /// Lets everybody go on, those too that have not come yet.
    /// - Returns: how long the last that came has stood.
    @discardableResult
    func end() -> Duration {
        let (standing, stood) = state.withLock { state in
            defer { (state.standing, state.isOver) = (0, true) }
            return (state.standing, state.lastArrival.map { MonotonicClock.now() - $0 } ?? .zero)
        }
        for _ in 0..<standing { gate.signal() }
        return stood
    }
}
