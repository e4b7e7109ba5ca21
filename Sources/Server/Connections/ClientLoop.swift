import Chat
package import Native
package import Reactor
import Sealing
import Wire

/// The chat's half of one event loop: its connections, and who of them follows which room.
///
/// Loop thread only. Subscriptions change only by letters of the sequencer, in the order of its events.
package final class ClientLoop: LoopApplication {
    package typealias Letter = LoopLetter

    let context: LoopContext
    let services: ClientServices
    /// Reaches this loop from other threads.
    let post: @Sendable (LoopLetter) -> Void
    let sealing = NativeSealing()
    var subscribers: [RoomID: RoomSubscribers] = [:]
    /// Of connections that have closed, until the sequencer has said what came of them.
    var abandonedLogins: [ChannelID: ProvenLogin] = [:]
    /// Where each connection's frames are put together and sealed, one connection after the other: their
    /// events are not copied before, and what is written here is still at hand when it is encrypted.
    var bytesOfAFlush: [UInt8] = []
    /// Bytes that one connection may gather within a turn; beyond, its events are left to the history.
    /// Looked at once for a turn's letters: one message, while memory is short.
    private var gatherLimit: Int

    package init(
        context: LoopContext, services: ClientServices, post: @escaping @Sendable (LoopLetter) -> Void
    ) {
        self.context = context
        self.services = services
        self.post = post
        gatherLimit = services.limits.gatherBytes
    }

    // MARK: channels

    package func channelOpened(_ channel: Channel) {
        let connection = Connection(
            channel: channel,
            session: Session(
                limits: services.limits, requiresSealing: services.requiresSealing,
                now: context.now.nanoseconds),
            frames: FrameEncoder(
                limit: services.limits.frameBytes, maxMessages: services.limits.messagesInAFrame))
        channel.attachment = connection
        // TLS lets in who offers no protocol at all, and only that one (RFC 7301, section 3.2).
        let name = ProtocolVersion.applicationProtocol
        guard !channel.isSecured || channel.negotiatedProtocol == name else {
            return connection.disconnect(.unexpected, "TLS did not name the protocol \(name) (ALPN)")
        }
        guard services.memory.step < .refusing else {
            return connection.disconnect(
                .tooManyConnections, "the server has no memory to spare",
                reconnectAfter: services.limits.memoryRetry)
        }
        setDeadline(of: connection)
    }

    package func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        guard let connection = connection(of: channel), !connection.isClosing else { return }
        perform(connection.session.receive(bytes, now: context.now.nanoseconds), connection)
        pump(connection)
        setDeadline(of: connection)
    }

    package func channelWillFlush(_ channel: Channel) {
        guard let connection = connection(of: channel) else { return }
        connection.flush(through: &bytesOfAFlush)
        if connection.session.hasWornOutKeys { connection.disconnect(.rekeyOverdue, "too many frames") }
    }

    /// The peer reads again: what it has missed goes out with the next flush.
    package func channelDrained(_ channel: Channel) {
        guard let connection = connection(of: channel), !connection.isClosing else { return }
        if !connection.gaps.isEmpty { channel.requestFlush() }
        if connection.isStalled { pump(connection) }
    }

    /// It learns why if it reads what waits for it now; all of it is in the history when it comes again.
    package func channelTooSlow(_ channel: Channel) { connection(of: channel)?.disconnect(.slowReader) }

    package func channelDeadline(_ channel: Channel, now: Instant) {
        guard let connection = connection(of: channel), !connection.isClosing else { return }
        if let end = connection.keyEnd, end <= now {
            note(.sessionEnded, connection, reason: "expired")
            return connection.disconnect(.sessionRevoked, "the key has expired")
        }
        // It is not read: that nothing is heard of it is not its fault.
        guard !connection.isStalled else {
            let next = now + services.limits.frameDeadline
            return channel.setDeadline(connection.keyEnd.map { min($0, next) } ?? next)
        }
        if let action = connection.session.expire(now: now.nanoseconds) { perform(action, connection) }
        setDeadline(of: connection)
    }

    package func channelClosed(_ channel: Channel, _ reason: CloseReason) {
        guard let connection = connection(of: channel) else { return }
        channel.attachment = nil
        connection.isClosing = true
        for room in connection.rooms.keys { forget(connection, in: room) }
        if connection.isCountedUnsealed { services.hello.unsealed.left() }
        abandonedLogins[channel.id] = connection.login?.login
        // It may be attached, or about to be: the sequencer hears of the end after all that came before.
        guard let person = connection.person?.id ?? connection.login?.login.person else { return }
        services.sequencer.submitAlways(
            Envelope(origin: .connection(address(of: connection), person), request: 0, body: .detach))
    }

    /// Everybody is told; who has nothing in flight leaves at once, the others when they are answered.
    package func drainBegan() {
        for channel in context.channels {
            guard let connection = connection(of: channel), !connection.isClosing else { continue }
            connection.isDraining = true
            perform(connection.session.drain(), connection)
            leaveIfDrained(connection)
        }
    }

    private func leaveIfDrained(_ connection: Connection) {
        guard connection.isDraining, connection.inFlight == 0 else { return }
        connection.disconnect(.draining, reconnectAfter: services.limits.busyRetry)
    }

    // MARK: letters

    package func received(_ letters: [LoopLetter], now: Instant) {
        let limits = services.limits
        gatherLimit = services.memory.step == .relaxed ? limits.gatherBytes : limits.messageBytes
        for letter in letters {
            switch letter {
            case .committed(let items): for item in items { carryOut(item) }
            case .answer(let id, let bytes): settle(id, bytes)
            case .page(let id, let bytes):
                connection(id)?.isReadingHistory = false
                settle(id, bytes)
            case .login(let id, let request, let result): loggedIn(id, request, result)
            case .typing(let room, let person, let bytes): passOn(typing: bytes, of: person, in: room)
            case .disconnectAll(let code, let detail):
                for channel in context.channels { connection(of: channel)?.disconnect(code, detail) }
            }
        }
    }

    private func carryOut(_ item: LoopItem) {
        switch item {
        case .event(let room, let head, let bytes):
            subscribers[room]?.passed(head.sequence)
            guard let subscribers = subscribers[room] else { return }
            for connection in subscribers.connections {
                connection.enqueue(bytes, of: room, head: head, roomFor: gatherLimit)
            }
        case .message(let id, let bytes, let settles):
            if settles { return settle(id, bytes) }
            // Unasked it hears of rooms, which is reading.
            if let connection = connection(id), connection.scopes.contains(.read) {
                connection.enqueue(bytes)
            }
        case .subscribe(let id, let room, let head, let first, let bytes):
            guard let connection = connection(id) else { return }
            if connection.rooms.updateValue(first, forKey: room) == nil {
                subscribers[room, default: RoomSubscribers()].insert(connection)
                subscribers[room]?.passed(head)
            }
            settle(id, bytes)
        case .unsubscribe(let id, let room, let bytes, let settles):
            guard let connection = connection(id) else { return }
            connection.rooms[room] = nil
            connection.gaps[room] = nil
            forget(connection, in: room)
            if settles { settle(id, bytes) } else { connection.enqueue(bytes) }
        case .visible(let id, let room, let first):
            if let connection = connection(id), connection.rooms[room] != nil {
                connection.rooms[room] = first
            }
        case .gap(let room, let head):
            subscribers[room]?.passed(head.sequence)
            for connection in subscribers[room]?.connections ?? [] {
                connection.gaps[room] = head
                connection.channel.requestFlush()
            }
        case .presence(let rooms, let bytes): passOn(presence: bytes, toFollowersOf: rooms)
        case .attached(let id, let request, let result): attached(id, request, result)
        case .makeKey(let id, let request, let key, let owner): makeKey(id, request, key, of: owner)
        case .search(let id, let request, let order): search(id, request, order)
        case .disconnect(let id, let code, let detail):
            guard let connection = connection(id) else { return }
            note(.sessionEnded, connection, reason: code.name)
            connection.disconnect(code, detail)
        }
    }

    /// An answer gives back a place in the window: a stalled connection is read again.
    func settle(_ id: ChannelID, _ bytes: [UInt8]) {
        guard let connection = connection(id) else { return }
        connection.inFlight -= 1
        connection.enqueue(bytes)
        leaveIfDrained(connection)
        if connection.isStalled { pump(connection) }
    }

    // MARK: finding

    func connection(_ id: ChannelID) -> Connection? { context.channel(id).flatMap(connection(of:)) }

    func connection(of channel: Channel) -> Connection? { channel.attachment as? Connection }

    func address(of connection: Connection) -> ConnectionAddress {
        ConnectionAddress(loop: context.index, channel: connection.channel.id)
    }

    func setDeadline(of connection: Connection) {
        guard !connection.isClosing else { return }
        let deadline = connection.session.deadline.map { Instant(nanoseconds: $0) }
        guard let end = connection.keyEnd else { return connection.channel.setDeadline(deadline) }
        connection.channel.setDeadline(deadline.map { min($0, end) } ?? end)
    }

    private func forget(_ connection: Connection, in room: RoomID) {
        subscribers[room]?.remove(connection)
        if subscribers[room]?.isEmpty == true { subscribers[room] = nil }
    }
}
