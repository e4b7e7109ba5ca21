package import Chat

/// What a logged-in client asks for. Each has one answer (docs/protocol.md, "Requests").
package enum Request: Hashable, Sendable {
    case command(Command)
    case subscribe(SubscribeRequest)
    case unsubscribe(RoomID)
    case readHistory(HistoryRequest)
    case search(SearchRequest)
    /// The rooms after this one, by id.
    case listRooms(includePublic: Bool, after: RoomID?)
    case listMembers(RoomReference, after: PersonID?)
    /// Of a room of the asker's: its rules, and what is pinned in it.
    case showRoom(RoomReference)
    /// Whom the asker has blocked.
    case listBlocks
    case ping
    /// How the asker is to be seen, as far as this connection knows.
    case setPresence(Presence)
    /// The asker is writing in a room that this connection follows.
    case typing(RoomID)
    /// The asker's own.
    case listSessions
    case endSession(LoginSessionID)
    case nameSession(LoginSessionID, String)
    /// For a program of the asker's.
    case makeKey(NewKey)
    /// The asker's own second factor: a secret for an authenticator, which counts once a code confirms it.
    case beginFactor
    case confirmFactor(code: String)
    case removeFactor(FactorCredential)
    case renewRecoveryCodes(FactorCredential)
    /// A link for people who are nobody here yet.
    case makeInvite(InviteRequest)
}

package struct InviteRequest: Hashable, Sendable {
    package let uses: Int
    /// `nil` for as long as is usual.
    package let lifetime: Duration?
    package let makesAdministrator: Bool
    package let rooms: [RoomReference]
    package let role: Role

    package init(
        uses: Int = 1, lifetime: Duration? = nil, makesAdministrator: Bool = false,
        rooms: [RoomReference] = [], role: Role = .member
    ) {
        self.uses = uses
        self.lifetime = lifetime
        self.makesAdministrator = makesAdministrator
        self.rooms = rooms
        self.role = role
    }
}

package struct SubscribeRequest: Hashable, Sendable {
    package let room: RoomReference
    /// What the client holds: its last event, and earlier ones as it likes. Empty when it holds nothing.
    package let held: [Head]
    /// The incarnation under which it was read; `nil` when nothing is held.
    package let incarnation: Incarnation?
    /// A public room that the person is not a member of is joined first.
    package let joins: Bool

    package init(room: RoomReference, held: [Head] = [], incarnation: Incarnation? = nil, joins: Bool = false)
    {
        self.room = room
        self.held = held
        self.incarnation = incarnation
        self.joins = joins
    }
}

package struct HistoryRequest: Hashable, Sendable {
    package let room: RoomID
    /// Events after this sequence.
    package let after: UInt64
    /// Up to and including this one; `nil` for the head.
    package let through: UInt64?
    /// At least 1; at most `Limits.historyPageEvents` once decoded.
    package let maxEvents: Int

    package init(room: RoomID, after: UInt64, through: UInt64? = nil, maxEvents: Int) {
        self.room = room
        self.after = after
        self.through = through
        self.maxEvents = maxEvents
    }
}
