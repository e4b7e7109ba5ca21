import CLinux

/// What an `Epoll` told about a descriptor.
package struct EventReadiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = EventReadiness(rawValue: EPOLLIN.rawValue)
    package static let writable = EventReadiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has finished sending; what it sent before may still be read.
    package static let peerFinished = EventReadiness(rawValue: EPOLLRDHUP.rawValue)
    /// Both directions are over.
    package static let hungUp = EventReadiness(rawValue: EPOLLHUP.rawValue)
    /// The socket holds an error; the next read or write reports it.
    package static let failed = EventReadiness(rawValue: EPOLLERR.rawValue)
}
