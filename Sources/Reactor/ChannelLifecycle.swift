/// The life of one channel, without its bytes: events in, what to do out.
///
/// Loop thread only, owned by one `Channel`, dead after `.release`.
package struct ChannelLifecycle: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        /// The kernel is connecting (client side only).
        case connecting
        case handshaking
        case open
        /// Closed by one side; what waits is still written, nothing more is read.
        case finishing(CloseReason)
        /// All is written and the peer has been told so; its last bytes are read and thrown away, because a
        /// socket that is closed with unread bytes resets the connection and may destroy what the peer has
        /// not read yet (RFC 9293, section 3.10.4).
        case lingering(CloseReason)
        /// In the loop's list of closes, carried out at the end of the turn.
        case closing(CloseReason)
        case closed
    }

    package enum Action: Equatable, Sendable {
        case nothing
        case beginHandshake
        /// Tell the application that the channel is open.
        case announce
        /// Stop reading, write what waits, then report `flushed`.
        case flush
        /// Tell the peer that nothing more comes and go on reading until it has finished too.
        case linger
        /// Put it on the list of deferred closes.
        case close
    }

    package private(set) var state: State

    package init(_ state: State) { self.state = state }

    /// The kernel has connected.
    package mutating func connected(isSecured: Bool) -> Action {
        guard case .connecting = state else { illegal("connected") }
        state = isSecured ? .handshaking : .open
        return isSecured ? .beginHandshake : .announce
    }

    /// TLS is established.
    package mutating func established() -> Action {
        guard case .handshaking = state else { illegal("established") }
        state = .open
        return .announce
    }

    /// Close after what waits has been written.
    package mutating func finish(_ reason: CloseReason) -> Action {
        switch state {
        case .connecting:  // nothing can wait yet
            state = .closing(reason)
            return .close
        case .handshaking, .open:
            state = .finishing(reason)
            return .flush
        case .finishing, .lingering, .closing, .closed:  // the first reason counts
            return .nothing
        }
    }

    /// All that waited is written, farewell included. A peer that has finished already needs no lingering.
    package mutating func flushed(peerFinished: Bool) -> Action {
        switch state {
        case .finishing(let reason):
            state = peerFinished ? .closing(reason) : .lingering(reason)
            return peerFinished ? .close : .linger
        case .connecting, .handshaking, .open: return .nothing  // an ordinary flush
        case .lingering, .closing, .closed: illegal("flushed")  // nothing is written any more
        }
    }

    /// The end of the peer's stream was read.
    package mutating func streamEnded(_ reason: CloseReason) -> Action {
        switch state {
        case .connecting, .handshaking:
            state = .closing(reason)
            return .close
        case .open:
            state = .finishing(reason)
            return .flush
        case .lingering(let first):
            state = .closing(first)
            return .close
        case .finishing, .closing, .closed:  // a reason stands already; what waits is still written
            return .nothing
        }
    }

    /// Close without writing more: the connection is broken, or its time is over.
    package mutating func fail(_ reason: CloseReason) -> Action {
        switch state {
        case .connecting, .handshaking, .open:
            state = .closing(reason)
            return .close
        case .finishing(let first), .lingering(let first):
            state = .closing(first)
            return .close
        case .closing, .closed:
            return .nothing
        }
    }

    /// The deferred close is carried out.
    package mutating func release() -> CloseReason {
        guard case .closing(let reason) = state else { illegal("release") }
        state = .closed
        return reason
    }

    private func illegal(_ event: String) -> Never {
        preconditionFailure("ChannelLifecycle: \(event) in state \(state)")
    }
}
