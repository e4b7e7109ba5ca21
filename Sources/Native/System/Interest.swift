import CLinux

/// What an `Epoll` is asked to tell about a descriptor. Errors and hang-ups are told unasked.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let read = Interest(rawValue: EPOLLIN.rawValue)
    package static let write = Interest(rawValue: EPOLLOUT.rawValue)
    /// The peer has finished sending.
    package static let peerFinished = Interest(rawValue: EPOLLRDHUP.rawValue)
    /// Tell a change once, not a state as long as it lasts: whoever gets the event owns the rest of it.
    package static let edgeTriggered = Interest(rawValue: EPOLLET.rawValue)
}
