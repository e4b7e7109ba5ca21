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
        outboxBytes = limits.outboxBytes
        outboxStallBytes = limits.outboxStallBytes
        mailboxLetters = limits.mailboxLetters
        mailboxBytes = limits.mailboxBytes
        handshakeDeadline = limits.handshakeDeadline
        slowReaderDeadline = limits.slowReaderDeadline
        congestionDeadline = limits.congestionDeadline
        farewellDeadline = limits.farewellDeadline
        acceptBackOff = limits.acceptBackOff
    }
}
