package import Native

/// Why a channel ended, as its application hears it once.
package enum CloseReason: Equatable, Sendable {
    /// The peer finished, with TLS's own farewell or, on a plain channel, the end of its stream.
    case byPeer
    /// The stream ended without TLS's farewell: bytes may be missing (RFC 8446, section 6.1).
    case truncated
    /// The application closed it.
    case byApplication
    /// A backlog stood still, or the channel stayed congested, past the limit.
    case slowReader
    case handshakeTimedOut
    /// TLS was not begun with it: its address has come too often.
    case notAdmitted
    case handshakeFailed(TLSError)
    /// TLS failed after the handshake: a damaged record, or an alert.
    case securityFailed(TLSError)
    case failed(IOError)
    /// The drain's or the stop's time was over.
    case loopEnded
}
