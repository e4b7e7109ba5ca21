/// A connection just accepted, and who is at its other end.
package struct AcceptedSocket: ~Copyable, Sendable {
    package let socket: StreamSocket
    package let peer: PeerAddress

    /// The connection itself, for the one who will own it.
    package consuming func takeSocket() -> StreamSocket { socket }
}
