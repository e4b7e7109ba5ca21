package import Native

/// Everything a loop asks of the operating system, one verb a system call.
///
/// Loop thread only. `EpollSelector` is the real one; a test puts its own in place and sees the calls in
/// their order.
package protocol Selector: AnyObject {
    /// The monotonic clock.
    var now: Instant { get }
    /// What the last `wait` brought.
    var eventCount: Int { get }
    func event(_ index: Int) -> EpollEvents.Event

    /// Sleeps until there are events or the time is over; `nil` is without end, zero only looks.
    func wait(timeout: Duration?) throws(IOError)
    func clearWakeUp()

    /// Begins to watch for every edge: readable, writable, and the peer's end. Closing the descriptor ends
    /// it.
    func watch(_ socket: borrowing StreamSocket, token: UInt64) throws(IOError)
    func watch(_ listener: borrowing ListeningSocket, token: UInt64) throws(IOError)

    func accept(from listener: borrowing ListeningSocket) throws(IOError) -> AcceptedSocket?
    func connect(to peer: PeerAddress) throws(IOError) -> StreamSocket
    func finishConnecting(_ socket: borrowing StreamSocket) throws(IOError)
    func read(from socket: borrowing StreamSocket, into buffer: IOBuffer) throws(IOError) -> IOResult
    func write(_ bytes: Span<UInt8>, to socket: borrowing StreamSocket) throws(IOError) -> IOResult
    func finishWriting(_ socket: borrowing StreamSocket) throws(IOError)
    func resetOnClose(_ socket: borrowing StreamSocket) throws(IOError)
}
