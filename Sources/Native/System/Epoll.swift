import CLinux
import Glibc

/// One epoll instance (epoll(7)): the readiness of many descriptors, each named by 64 bits of the caller's
/// choice.
///
/// Owned by one loop thread. Closing a watched descriptor removes it, but events already fetched may still
/// name it: the token must tell old from new.
package struct Epoll: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor

    package init() throws(IOError) {
        descriptor = OwnedDescriptor(
            owning: try SystemCall.perform("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    }

    /// Begins to watch. A source already watched is refused (EEXIST).
    package borrowing func add(
        _ source: borrowing some Pollable & ~Copyable, token: UInt64, interest: Interest
    ) throws(IOError) {
        try control(EPOLL_CTL_ADD, source.pollNumber, token, interest)
    }

    /// Replaces token and interest. With edge triggering this also re-arms: a condition that holds is told
    /// again.
    package borrowing func modify(
        _ source: borrowing some Pollable & ~Copyable, token: UInt64, interest: Interest
    ) throws(IOError) {
        try control(EPOLL_CTL_MOD, source.pollNumber, token, interest)
    }

    package borrowing func remove(_ source: borrowing some Pollable & ~Copyable) throws(IOError) {
        try control(EPOLL_CTL_DEL, source.pollNumber, 0, [])
    }

    /// Waits until something is ready, the time is over, or a signal arrived: the last two leave `events`
    /// empty.
    /// - Parameter timeout: nil waits without end; zero only looks. Rounded up to whole milliseconds.
    package borrowing func wait(into events: inout EpollEvents, timeout: Duration?) throws(IOError) {
        let number = descriptor.number
        let milliseconds = timeout.map(\.wholeMilliseconds) ?? -1
        events.count = 0
        let storage = events.storage
        let count = try SystemCall.performUnlessInterrupted("epoll_wait") {
            epoll_wait(number, storage.baseAddress, Int32(storage.count), milliseconds)
        }
        events.count = Int(count ?? 0)
    }

    private borrowing func control(
        _ operation: Int32, _ watched: Int32, _ token: UInt64, _ interest: Interest
    ) throws(IOError) {
        let number = descriptor.number
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = token
        _ = try SystemCall.perform("epoll_ctl") { epoll_ctl(number, operation, watched, &event) }
    }
}

extension Duration {
    /// For poll(2) and epoll_wait(2): rounded up, so that a timer never fires early and then spins; never
    /// negative.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        return Int32(max(0, seconds * 1000 + whole + (rest > 0 ? 1 : 0)))
    }
}
