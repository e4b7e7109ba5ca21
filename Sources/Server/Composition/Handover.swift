import Native
import Synchronization

/// One value, from one thread to another that waits for it.
final class Handover<Value: Sendable>: Sendable {
    private let arrived = Semaphore()
    /// Lock tier 9: a leaf, held for one assignment.
    private let value = Mutex<Value?>(nil)

    /// Once.
    func give(_ given: Value) {
        value.withLock { $0 = given }
        arrived.signal()
    }

    /// Whether it was given, and not taken yet.
    var isGiven: Bool { value.withLock { $0 != nil } }

    /// `nil` when nothing is given within this time: it may be taken later.
    func take(within patience: Duration) -> Value? {
        guard arrived.wait(timeout: patience) else { return nil }
        return value.withLock { $0.take() }
    }

    /// Once.
    func take() -> Value {
        while true {
            _ = arrived.wait()
            if let taken = value.withLock({ $0.take() }) { return taken }
        }
    }
}
