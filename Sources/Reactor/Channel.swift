package import Native

/// One connection of one loop: its socket, its TLS session, what waits to be written, and its deadline.
///
/// Loop thread only, from accept or connect to `channelClosed`; kept longer it is dead, and everything
/// written to it is dropped. Other threads know a channel by its `id`, and reach it by a letter to its loop.
package final class Channel {
    // MARK: constant

    package let id: ChannelID
    package let peer: PeerAddress
    /// The label of the listener that accepted it; `nil` when this side connected.
    package let listenerLabel: Int?
    let context: LoopContext
    let security: ChannelSecurity

    // MARK: loop thread only, the application's

    /// Whatever the application keeps for this channel; let go after `channelClosed`.
    package var attachment: AnyObject?

    // MARK: loop thread only, the loop's

    var socket: StreamSocket?
    /// A server makes it with the first bytes, so that a peer that says nothing costs next to nothing.
    var session: TLSSession?
    var lifecycle: ChannelLifecycle
    var readiness: Readiness
    var outbox = Outbox()
    /// Written outside of a flush: encrypted at the head of the next one.
    var gathered: [UInt8] = []
    /// The handshake's, the last flush's or the lingering's.
    var stateDeadline: Instant?
    var applicationDeadline: Instant?
    var lingeredBytes = 0
    var isQueued = false
    var isDirty = false
    var isFlushing = false
    var hasBeenAnnounced = false
    var hasSaidFarewell = false
    var hasReadEnd = false
    var isTooSlow = false
    var securityHasFailed = false
    var isAuthenticated = false

    init(
        id: ChannelID, peer: PeerAddress, socket: consuming StreamSocket, security: ChannelSecurity,
        listenerLabel: Int?, context: LoopContext
    ) {
        self.id = id
        self.peer = peer
        self.socket = consume socket
        self.security = security
        self.listenerLabel = listenerLabel
        self.context = context
        lifecycle = ChannelLifecycle(
            listenerLabel == nil ? .connecting : security.isSecured ? .handshaking : .open)
        // Before the connection stands there is nothing to read, and its first edge is the kernel's answer.
        readiness = Readiness(wantsRead: listenerLabel != nil)
    }

    // MARK: what the application asks

    /// Whether TLS protects its bytes.
    package var isSecured: Bool { security.isSecured }
    package var isOpen: Bool { lifecycle.state == .open }
    /// The application protocol of the handshake (ALPN, RFC 7301); `nil` on a plain channel.
    package var negotiatedProtocol: String? { session?.negotiatedProtocol }
    /// Whether this client verified the server's certificate for its name.
    package var serverVerified: Bool { session?.serverVerified ?? false }
    /// Bytes written and not yet taken by the kernel.
    package var outboxBytes: Int {
        outbox.count + gathered.count + (isFlushing ? context.memory.outputCount : 0)
    }
    /// The peer reads too slowly: produce nothing more for it until `channelDrained`. Lasts at most
    /// `LoopLimits.congestionDeadline`; then comes `channelTooSlow`.
    package var isCongested: Bool { outbox.isCongested || outboxBytes > context.outboxPolicy.stallMark }

    /// Keying material that only this connection's two ends know (RFC 8446, section 7.5); `nil` on a plain
    /// channel.
    package func exportKey(label: String, context: [UInt8] = [], count: Int) -> [UInt8]? {
        session?.exportKey(label: label, context: context, count: count)
    }

    /// A client's key to a shorter handshake next time.
    package func resumption() -> TLSResumption? { session?.resumption() }

    // MARK: what the application tells

    /// Have `channelWillFlush` called once in this turn; asked for during a flush, in the next one.
    package func requestFlush() {
        guard !isDirty else { return }
        switch lifecycle.state {
        case .connecting, .handshaking, .open, .finishing:
            isDirty = true
            context.dirty.append(self)
        case .lingering, .closing, .closed: break
        }
    }

    /// Stops reading: the peer's bytes stay in the kernel, which holds the peer back. What one read has
    /// already brought in is still delivered.
    package func pauseReading() { readiness.want(read: false) }

    package func resumeReading() {
        switch lifecycle.state {
        case .handshaking, .open:
            readiness.want(read: true)
            if !readiness.maySleep { context.queue(self) }
        case .connecting, .finishing, .lingering, .closing, .closed: break
        }
    }

    /// The one deadline of this channel; moving it later costs a store. It fires never early and up to 17 ms
    /// late.
    package func setDeadline(_ deadline: Instant?) {
        // A closed channel's slot may be another's already.
        guard lifecycle.state != .closed else { return }
        applicationDeadline = deadline
        armTimer()
    }

    /// Accepted channels count as unauthenticated until this.
    package func markAuthenticated() {
        guard listenerLabel != nil, !isAuthenticated, lifecycle.state != .closed else { return }
        isAuthenticated = true
        context.ledger.authenticated()
    }

    /// Ends the channel; nothing more is received. With `afterFlush` it is flushed one last time in this
    /// turn, and what waits, TLS's farewell included, is written before; without, it is dropped at the end of
    /// the turn.
    package func close(afterFlush: Bool) {
        apply(afterFlush ? lifecycle.finish(.byApplication) : lifecycle.fail(.byApplication))
    }
}
