import CLinux

/// Room for the events of one `Epoll.wait`, reused turn after turn.
@safe
package struct EpollEvents: ~Copyable {
    /// One descriptor's news.
    package struct Event: Equatable, Sendable {
        /// What the caller named the descriptor with.
        package let token: UInt64
        package let readiness: EventReadiness

        package init(token: UInt64, readiness: EventReadiness) {
            self.token = token
            self.readiness = readiness
        }
    }

    /// How many events the last wait brought.
    package internal(set) var count = 0

    let storage: UnsafeMutableBufferPointer<epoll_event>

    /// - Parameter capacity: the most events that one wait may bring; the rest come with the next.
    package init(capacity: Int) {
        precondition(
            capacity > 0 && capacity <= Int(Int32.max), "epoll_wait needs room for at least one event")
        storage = .allocate(capacity: capacity)
        storage.initialize(repeating: epoll_event())
    }

    deinit {
        storage.deallocate()
    }

    package subscript(index: Int) -> Event {
        precondition(index >= 0 && index < count, "EpollEvents: no event \(index) of \(count)")
        let event = storage[index]
        return Event(token: event.data.u64, readiness: EventReadiness(rawValue: event.events))
    }
}
