import Chat
import Reactor

extension LoopLimits {
    /// The loops' part of the one file of limits.
    init(_ limits: Limits) {
        self.init()
        connections = limits.connections
        connectionsFromOneAddress = limits.connectionsFromOneAddress
        unauthenticatedConnections = limits.unauthenticatedConnections
        eventsOfATurn = limits.eventsOfATurn
        readBytesOfATurn = limits.readBytesOfATurn
        acceptsOfATurn = limits.acceptsOfATurn
        outboxBytes = limits.outboxMostBytes
        outboxStallPercent = limits.outboxStallBytes * 100 / limits.outboxMostBytes
        mailboxLetters = limits.mailboxLetters
        mailboxBytes = limits.mailboxBytes
        handshakeDeadline = limits.handshakeDeadline
        slowReaderDeadline = limits.slowReaderDeadline
        farewellDeadline = limits.farewellDeadline
        acceptBackOff = limits.acceptBackOff
    }
}
