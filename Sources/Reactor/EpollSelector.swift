package import Native

/// The kernel's own readiness, edge-triggered (epoll(7)): each descriptor is registered once and never
/// modified.
///
/// Made on its loop's thread and used there only.
package final class EpollSelector: Selector {
    private let epoll: Epoll
    private let wakeUp: WakeUp
    private var events: EpollEvents

    /// - Parameter capacity: the most events of one wait.
    package init(wakeUp: WakeUp, capacity: Int) throws(IOError) {
        epoll = try Epoll()
        self.wakeUp = wakeUp
        events = EpollEvents(capacity: capacity)
        try epoll.add(wakeUp, token: ChannelID.wakeUp.packed, interest: [.read, .edgeTriggered])
    }

    package var now: Instant { MonotonicClock.now() }
    package var eventCount: Int { events.count }
    package func event(_ index: Int) -> EpollEvents.Event { events[index] }

    package func wait(timeout: Duration?) throws(IOError) {
        try epoll.wait(into: &events, timeout: timeout)
    }

    package func clearWakeUp() { wakeUp.clear() }

    package func watch(_ socket: borrowing StreamSocket, token: UInt64) throws(IOError) {
        try epoll.add(socket, token: token, interest: [.read, .write, .peerFinished, .edgeTriggered])
    }

    package func watch(_ listener: borrowing ListeningSocket, token: UInt64) throws(IOError) {
        try epoll.add(listener, token: token, interest: [.read, .edgeTriggered])
    }

    package func accept(from listener: borrowing ListeningSocket) throws(IOError) -> AcceptedSocket? {
        try listener.accept()
    }

    package func connect(to peer: PeerAddress) throws(IOError) -> StreamSocket {
        try StreamSocket.connect(to: peer)
    }

    package func finishConnecting(_ socket: borrowing StreamSocket) throws(IOError) {
        try socket.finishConnecting()
    }

    package func read(from socket: borrowing StreamSocket, into buffer: IOBuffer) throws(IOError) -> IOResult
    {
        try socket.read(into: buffer)
    }

    package func write(_ bytes: Span<UInt8>, to socket: borrowing StreamSocket) throws(IOError) -> IOResult {
        try socket.write(bytes)
    }

    package func resetOnClose(_ socket: borrowing StreamSocket) throws(IOError) { try socket.resetOnClose() }

    package func finishWriting(_ socket: borrowing StreamSocket) throws(IOError) {
        try socket.finishWriting()
    }
}
