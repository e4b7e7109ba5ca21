package import Native

/// One loop from the inside: its channels, its time, its shared buffers. What a `LoopApplication` is given.
///
/// Loop thread only, from `EventLoop.run` until that returns. The turn's steps are in `LoopContext+Turn`.
package final class LoopContext {
    // MARK: constant

    package let index: Int
    package let limits: LoopLimits
    package let statistics: LoopStatistics
    let outboxPolicy: Outbox.Policy
    let selector: any Selector
    let ledger: ConnectionLedger

    // MARK: loop thread only, the application's

    /// The turn's one reading of the monotonic clock.
    package internal(set) var now: Instant
    package internal(set) var isDraining = false

    // MARK: loop thread only, shared by the channels in turns

    /// What a read brings, until it is delivered.
    let readBuffer: IOBuffer
    /// What TLS has to send, until it is written or kept.
    let memory = TLSMemory()

    // MARK: loop thread only, the turn's lists

    var handler: (any ChannelHandler)?
    var table = ChannelTable()
    var wheel: TimerWheel
    var listeners: [OpenListener] = []
    /// Channels with input to see to.
    var ready: [Channel] = []
    /// Channels with something to write.
    var dirty: [Channel] = []
    /// Channels to close at the end of the turn.
    var closing: [Channel] = []
    /// Emptied lists, kept for their memory.
    var spare: [Channel] = []
    var expired: [UInt32] = []
    /// Handshakes that may still be read in this turn.
    var handshakeBudget = 0
    var applicationDeadline: Instant?
    var drain = LoopDrain()

    init(
        index: Int, limits: LoopLimits, selector: any Selector, ledger: ConnectionLedger,
        statistics: LoopStatistics
    ) {
        self.index = index
        self.limits = limits
        self.selector = selector
        self.ledger = ledger
        self.statistics = statistics
        now = selector.now
        wheel = TimerWheel(now: selector.now)
        readBuffer = IOBuffer(capacity: limits.readBytesOfATurn)
        outboxPolicy = Outbox.Policy(
            limit: limits.outboxBytes, stallMark: limits.outboxStallBytes,
            patience: limits.slowReaderDeadline, congestionPatience: limits.congestionDeadline)
    }

    // MARK: what the application asks

    /// The channel of this id, unless it is gone.
    package func channel(_ id: ChannelID) -> Channel? { table[id] }
    package var channelCount: Int { table.count }
    package var channels: [Channel] { table.all }

    /// Begins to connect. `channelOpened` follows when the connection and, if asked for, TLS stand; else
    /// `channelClosed` says why not.
    /// - Throws: what the kernel refuses at once, such as a lack of descriptors.
    package func connect(to peer: PeerAddress, security: ChannelSecurity = .plain) throws(IOError) -> Channel
    {
        let socket = try selector.connect(to: peer)
        return try add(socket, peer: peer, security: security, listenerLabel: nil)
    }

    /// The loop's own deadline, exact to a millisecond: for pacing and for reconnecting. One at a time.
    package func setDeadline(_ deadline: Instant?) { applicationDeadline = deadline }

    // MARK: channels

    func add(
        _ socket: consuming StreamSocket, peer: PeerAddress, security: ChannelSecurity, listenerLabel: Int?
    ) throws(IOError) -> Channel {
        let id = table.reserve()
        do throws(IOError) {
            try selector.watch(socket, token: id.packed)
        } catch {
            table.giveBack(id)
            throw error
        }
        let channel = Channel(
            id: id, peer: peer, socket: socket, security: security, listenerLabel: listenerLabel,
            context: self)
        table.insert(channel)
        statistics.add(1, to: .channels)
        if !channel.isOpen {
            channel.stateDeadline = now + limits.handshakeDeadline
            channel.armTimer()
        }
        return channel
    }

    /// The channel has input to see to: in this turn if that is still to come, else in the next.
    func queue(_ channel: Channel) {
        guard !channel.isQueued else { return }
        channel.isQueued = true
        ready.append(channel)
    }
}
