import CLinux
import Glibc
import Synchronization

/// Wakes a thread that sleeps in `Epoll.wait`, from any thread: an eventfd(2) that is written once however
/// often it is signalled before the sleeper clears it.
///
/// The sleeper calls `clear()` first and looks for its work afterwards; then no signal is lost.
package final class WakeUp: Sendable, Pollable {
    private let descriptor: OwnedDescriptor
    /// True from the first signal until the clear. Both sides exchange it with acquire and release: a clear
    /// that finds a signal sees what the signaller put down before, and a signaller that finds it false
    /// writes.
    private let signalled = Atomic<Bool>(false)

    package init() throws(IOError) {
        descriptor = OwnedDescriptor(
            owning: try SystemCall.perform("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) })
    }

    package var pollNumber: Int32 { descriptor.number }

    /// Any thread.
    /// - Returns: whether this call wrote to the kernel, the first since the last `clear()`.
    @discardableResult
    package func signal() -> Bool {
        guard !signalled.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        let number = descriptor.number
        var one: UInt64 = 1
        do throws(IOError) {
            // The counter cannot be full (2^64 - 2): it is at most one between two clears and one race.
            _ = try SystemCall.performUnlessBlocked("eventfd_write") { Glibc.write(number, &one, 8) }
        } catch {
            preconditionFailure("an eventfd refuses no write of one: \(error)")
        }
        return true
    }

    /// The sleeper's thread, before it looks for its work.
    package func clear() {
        let number = descriptor.number
        var count: UInt64 = 0
        do throws(IOError) {
            _ = try SystemCall.performUnlessBlocked("eventfd_read") { Glibc.read(number, &count, 8) }
        } catch {
            preconditionFailure("an eventfd refuses no read of eight bytes: \(error)")
        }
        _ = signalled.exchange(false, ordering: .acquiringAndReleasing)
    }
}
