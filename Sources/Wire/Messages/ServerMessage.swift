package import Chat

/// What the server says.
package enum ServerMessage: Hashable, Sendable {
    case hello(ServerHello)
    case providerList(ProviderOffer)
    case authenticated(Login)
    case pong(Timestamp)
    /// The last message of a connection.
    case disconnect(Disconnection)
    case refused(RefusalNotice)
    case sent(SendReceipt)
    case event(HistoryEvent)
    case subscribed(Subscription)
    /// The server ended a subscription: the person is no longer a member.
    case unsubscribed(RoomID)
    case historyPage(HistoryPage)
    case searchResults(SearchPage)
    /// Events up to this head were stored but not pushed: they are read from the history.
    case gap(RoomID, Head)
    case room(RoomSummary)
    case roomList([RoomSummary], more: Bool)
    case memberList([MemberSummary], more: Bool)
    case sessionList([SessionSummary])
    case blockList([PersonSummary])
    case roomDetails(RoomDetails)
    case keyMade(KeyReceipt)
    case factorOffer(FactorOffer)
    /// All that the person has, shown this once.
    case recoveryCodes([String])
    case inviteMade(MadeInvite)
    /// The answer, and said by itself where somebody has read elsewhere, or was named.
    case readPosition(ReadPosition)
    case presence(PersonID, Presence)
    case typing(RoomID, PersonSummary)
    case done
    case draining(reconnectAfter: Duration)
    /// The answer to `rekey`, and the last message under the server's old key.
    case rekeyed(SealShare)
    /// Of a newer version: passed over.
    case unknown

    /// As many of the rooms as fit into a frame of `limit` bytes, though their topics be long: where some are
    /// left off, `more` is stated, and the client asks again after the last it got.
    package static func roomList(
        fitting rooms: [RoomSummary], into limit: Int, more: Bool
    ) -> ServerMessage {
        // For the list's own envelope.
        var bytes = 64
        let fitting = rooms.prefix { room in
            bytes += room.greatestEncodedSize
            return bytes <= limit
        }
        return .roomList(Array(fitting), more: more || fitting.count < rooms.count)
    }
}

/// Who logged in.
package struct Login: Hashable, Sendable {
    package let person: PersonSummary
    /// The session that this connection is of, and ends with.
    package let session: LoginSessionID
    /// `nil` after a login by a token that is still good.
    package let tokens: GivenTokens?
    /// After a login by password or invite on a device that is not known: for the device to keep.
    package let device: String?

    package init(
        person: PersonSummary, session: LoginSessionID, tokens: GivenTokens? = nil, device: String? = nil
    ) {
        self.person = person
        self.session = session
        self.tokens = tokens
        self.device = device
    }
}

/// A link for people who are nobody here yet. Its token is told this once.
package struct MadeInvite: Hashable, Sendable {
    package let token: String
    package let id: OpenInviteID
    package let expiresAt: Timestamp

    package init(token: String, id: OpenInviteID, expiresAt: Timestamp) {
        self.token = token
        self.id = id
        self.expiresAt = expiresAt
    }
}

/// What lets a client log in again without the password.
package struct GivenTokens: Hashable, Sendable {
    /// Good for a quarter of an hour, as often as is needed.
    package let access: String
    package let accessExpires: Timestamp
    /// Good for weeks, once: whoever shows it is given the next.
    package let refresh: String
    package let refreshExpires: Timestamp

    package init(access: String, accessExpires: Timestamp, refresh: String, refreshExpires: Timestamp) {
        self.access = access
        self.accessExpires = accessExpires
        self.refresh = refresh
        self.refreshExpires = refreshExpires
    }
}

/// The ack of a send: the event is durable.
package struct SendReceipt: Hashable, Sendable {
    package let room: RoomID
    package let send: SendID
    package let sequence: UInt64
    package let event: EventID
    package let at: Timestamp

    package init(room: RoomID, send: SendID, sequence: UInt64, event: EventID, at: Timestamp) {
        self.room = room
        self.send = send
        self.sequence = sequence
        self.event = event
        self.at = at
    }
}

/// The answer to a subscription: events after `head` follow live, those up to it are read from the history.
package struct Subscription: Hashable, Sendable {
    package let room: RoomSummary
    package let head: Head
    /// The greatest of the checkpoints held that this history contains too; `.empty` when there is none.
    package let common: Head
    /// What the client holds after `common` is of another history.
    package let historyChanged: Bool

    package init(room: RoomSummary, head: Head, common: Head = .empty, historyChanged: Bool = false) {
        self.room = room
        self.head = head
        self.common = common
        self.historyChanged = historyChanged
    }
}

package struct HistoryPage: Hashable, Sendable {
    package let room: RoomID
    package let events: [HistoryEvent]
    /// There is more, up to where was asked.
    package let more: Bool
    /// Where something is left out in front, because it may not be read or is no more: the first sequence
    /// that there is to read. 0 where nothing is.
    package let first: UInt64

    package init(room: RoomID, events: [HistoryEvent], more: Bool, first: UInt64 = 0) {
        self.room = room
        self.events = events
        self.more = more
        self.first = first
    }
}
