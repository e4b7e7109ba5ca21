package import Native

/// What a loop tells about its channels. Everything is called on the loop's thread.
package protocol ChannelHandler: AnyObject {
    /// The channel is connected and, where it is secured, its handshake is over.
    func channelOpened(_ channel: Channel)
    /// Bytes in order, at most `LoopLimits.readBytesOfATurn` a turn. They are gone when this returns.
    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>)
    /// The flush that the channel asked for, once a turn: what is written here leaves with one system call.
    func channelWillFlush(_ channel: Channel)
    /// The outbox is empty again after a backlog.
    func channelDrained(_ channel: Channel)
    /// The deadline set with `Channel.setDeadline` has come; none is set now.
    func channelDeadline(_ channel: Channel, now: Instant)
    /// The peer has been too slow for too long, and the channel closes: what is written with this turn's
    /// flush is the last that it may still read, if it takes all that waits before it in time.
    func channelTooSlow(_ channel: Channel)
    /// The end: once for each channel that was opened, and for each that `LoopContext.connect` made.
    func channelClosed(_ channel: Channel, _ reason: CloseReason)

    /// All reading, letters and deadlines of this turn are over and nothing is written yet: the place to hand
    /// on what gathered.
    func inputEnded(now: Instant)
    /// The turn's last word.
    func turnEnded(now: Instant)
    /// The deadline set with `LoopContext.setDeadline` has come; none is set now.
    func deadlineReached(now: Instant)
    /// Nobody is accepted any more: say goodbye to everybody with `Channel.close(afterFlush: true)`.
    func drainBegan()
    /// Accepting failed and pauses for `LoopLimits.acceptBackOff`; whoever waits is not lost.
    func acceptFailed(_ error: IOError)
}

extension ChannelHandler {
    package func channelDrained(_ channel: Channel) {}
    package func channelTooSlow(_ channel: Channel) {}
    package func channelDeadline(_ channel: Channel, now: Instant) {}
    package func inputEnded(now: Instant) {}
    package func turnEnded(now: Instant) {}
    package func deadlineReached(now: Instant) {}
    package func drainBegan() {}
    package func acceptFailed(_ error: IOError) {}
}

/// What runs in an event loop: made on the loop's thread, used there only, gone when the loop ends.
package protocol LoopApplication: ChannelHandler, SendableMetatype {
    /// What other threads may send it.
    associatedtype Letter: Sendable

    /// What was posted since the last turn, in the order of posting.
    func received(_ letters: [Letter], now: Instant)
}
