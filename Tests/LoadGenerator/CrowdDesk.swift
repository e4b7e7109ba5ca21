import Native
import Reactor
import Synchronization

/// Where the program's first thread gives the crowd its orders and waits for what they came to.
final class CrowdDesk: Sendable {
    private let done = Semaphore()
    // Lock tier 9: a leaf, held for one assignment.
    private let outcome = Mutex(Outcome())

    func report(_ value: Outcome) {
        outcome.withLock { $0 = value }
        done.signal()
    }

    func order(_ order: Order, _ loop: EventLoop<Crowd>) -> Outcome {
        loop.postAlways(order)
        _ = done.wait()
        return outcome.withLock { $0 }
    }
}
