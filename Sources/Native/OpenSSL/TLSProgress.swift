/// What one call on a `TLSSession` came to.
package enum TLSProgress: Equatable, Sendable {
    /// Everything given was taken; the session lives.
    case ok
    /// The peer said close_notify: nothing more will come. What came before it was delivered.
    case peerClosed
    /// The session is dead. `TLSMemory` may hold an alert for the peer: send it, then close.
    case failed(TLSError)
}
