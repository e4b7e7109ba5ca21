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

    /// Once.
    func take() -> Value {
        while true {
            _ = arrived.wait()
            if let taken = value.withLock({ $0.take() }) { return taken }
        }
    }
}
