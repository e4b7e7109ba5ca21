/// What one event loop may hold and how long it waits, filled by whoever starts the loops.
///
/// A value without an owner thread: each loop keeps its own copy. Sizes are in bytes unless the name says
/// otherwise.
package struct LoopLimits: Hashable, Sendable {
    // MARK: connections, counted over all loops that share a `ConnectionLedger`
    package var connections = 100_000
    package var connectionsFromOneAddress = 20_000
    package var unauthenticatedConnections = 20_000

    // MARK: one turn
    package var eventsOfATurn = 256
    /// What is read from one channel in one turn, with one system call: the size of the loop's shared read
    /// buffer.
    package var readBytesOfATurn = 64 * 1_024
    package var acceptsOfATurn = 16
    /// Reads of channels whose TLS handshake is under way: each costs a signature, a hundred times an
    /// ordinary read, and must not hold up those who are connected.
    package var handshakesOfATurn = 1

    // MARK: one channel
    package var outboxBytes = 1_024 * 1_024
    /// Above this a channel is congested: its own requests are no longer read.
    package var outboxStallBytes = 16 * 1_024
    /// What is read and thrown away from a peer that goes on talking after its channel was closed.
    package var lingerBytes = 256 * 1_024

    // MARK: the mailbox
    package var mailboxLetters = 65_536
    package var mailboxBytes = 64 * 1_024 * 1_024

    // MARK: time
    /// From accept, or from the start of connecting, to the end of the TLS handshake.
    package var handshakeDeadline = Duration.seconds(10)
    /// How long a backlog may stand still before its peer is a slow reader.
    package var slowReaderDeadline = Duration.seconds(10)
    /// How long a channel may be congested, whatever its peer takes meanwhile.
    package var congestionDeadline = Duration.seconds(60)
    /// What a slow reader then has left, to take what waits and why it is closed.
    package var farewellDeadline = Duration.seconds(3)
    /// Of what waits for a slow reader, while memory is short: who has taken nothing for so long is cut off.
    package var shedDeadline = Duration.seconds(1)
    /// How long a closed channel waits for its peer to have read the last bytes.
    package var lingerDeadline = Duration.seconds(2)
    /// How long accepting pauses when descriptors have run out.
    package var acceptBackOff = Duration.milliseconds(100)

    package init() {}
}
