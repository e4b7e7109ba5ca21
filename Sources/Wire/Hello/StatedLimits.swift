package import Chat

/// The limits that a server tells its clients. Sizes are in bytes.
package struct StatedLimits: Hashable, Sendable {
    package let frame: Int
    package let frameBeforeAuthentication: Int
    package let body: Int
    package let window: Int
    package let subscriptions: Int
    package let historyPageEvents: Int
    /// Whole seconds.
    package let idle: Duration

    package init(_ limits: Limits) {
        frame = limits.frameBytes
        frameBeforeAuthentication = limits.frameBytesBeforeAuthentication
        body = limits.bodyBytes
        window = limits.window
        subscriptions = limits.subscriptionsOfAConnection
        historyPageEvents = limits.historyPageEvents
        idle = .seconds(limits.idleDeadline.components.seconds)
    }

    init(_ message: ProtoWireLimits) {
        frame = Int(message.frameBytes)
        frameBeforeAuthentication = Int(message.frameBytesBeforeAuthentication)
        body = Int(message.bodyBytes)
        window = Int(message.window)
        subscriptions = Int(message.subscriptions)
        historyPageEvents = Int(message.historyPageEvents)
        idle = .seconds(Int64(message.idleSeconds))
    }

    var message: ProtoWireLimits {
        var message = ProtoWireLimits()
        message.frameBytes = UInt32(frame)
        message.frameBytesBeforeAuthentication = UInt32(frameBeforeAuthentication)
        message.bodyBytes = UInt32(body)
        message.window = UInt32(window)
        message.subscriptions = UInt32(subscriptions)
        message.historyPageEvents = UInt32(historyPageEvents)
        message.idleSeconds = UInt32(idle.components.seconds)
        return message
    }
}
