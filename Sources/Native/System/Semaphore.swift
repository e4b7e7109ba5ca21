import CLinux
import Glibc

/// A counting semaphore (sem_overview(7)): each signal lets one wait pass, now or later.
///
/// Any thread signals and waits. For threads that sleep on work of their own; loops sleep in `Epoll` and use
/// `WakeUp`.
@safe
package final class Semaphore: @unchecked Sendable {
    // The kernel's and glibc's own synchronisation guards what this points to, and it never moves.
    private let semaphore: UnsafeMutablePointer<sem_t>

    package init() {
        semaphore = .allocate(capacity: 1)
        semaphore.initialize(to: sem_t())
        precondition(sem_init(semaphore, 0, 0) == 0, "sem_init refuses only counts that are too large")
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// - Returns: true, always: every signal counts.
    @discardableResult
    package func signal() -> Bool {
        precondition(sem_post(semaphore) == 0, "more than 2^31 signals without a wait")
        return true
    }

    /// Takes one signal, or sleeps until there is one or the time is over.
    /// - Returns: whether it took a signal.
    package func wait(timeout: Duration? = nil) -> Bool {
        let semaphore = semaphore
        do throws(IOError) {
            guard let timeout else {
                _ = try SystemCall.perform("sem_wait") { sem_wait(semaphore) }
                return true
            }
            let end = (MonotonicClock.now() + timeout).nanoseconds
            var time = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
            _ = try SystemCall.perform("sem_clockwait") { sem_clockwait(semaphore, CLOCK_MONOTONIC, &time) }
            return true
        } catch {
            precondition(error.code == ETIMEDOUT, "a semaphore refuses only when the time is over: \(error)")
            return false
        }
    }
}
