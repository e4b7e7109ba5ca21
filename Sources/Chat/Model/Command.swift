/// What somebody asks of the chat's state. Applied by `ChatState`, one after the other.
package enum Command: Hashable, Sendable {
    case send(SendMessage)
    case createRoom(name: String, kind: Room.Kind)
    case openDirect(with: PersonReference)
    case join(RoomReference)
    case leave(RoomReference)
    case addMember(RoomReference, PersonReference, Role)
    /// With a reason on one line, which may be empty.
    case removeMember(RoomReference, PersonReference, reason: String = "")
    case sanction(RoomReference, PersonReference, RequestedSanction)
    /// Somebody may come in by themselves.
    case invite(RoomReference, PersonReference)
    /// By a moderator, or by whoever was invited.
    case withdrawInvitation(RoomReference, PersonReference)
    /// The asker does not want to hear from somebody, or does again.
    case block(PersonReference, isLifted: Bool)
    /// Tells the administrators of a message; why, on one line.
    case report(EventPlace, reason: String)
    /// The asker has read the room up to this sequence.
    case markRead(RoomID, through: UInt64)
    case setRole(RoomReference, PersonReference, Role)
    case changeSettings(RoomReference, RequestedSettings)

    // The asker's own second factor.
    case enrolFactor(SecondFactor)
    case removeOwnFactor(FactorProof)
    /// Digests are of one factor: for another they would be worth nothing.
    case renewRecoveryCodes([Digest], of: SecondFactorID, FactorProof)

    // Administration: by an administrator, or by whoever holds the control socket or the data directory.
    case addPerson(name: String, password: String?, isAdministrator: Bool)
    /// Ends all sessions and invites of the person.
    case setPassword(PersonReference, String)
    /// The same password, hashed at today's cost: ends nothing.
    case rehashPassword(PersonReference, String)
    case setDisabled(PersonReference, Bool)
    /// Begins to erase a person: they are out at once, and nameless.
    case deletePerson(PersonReference)
    /// Erases what they have left in a stretch of a room's history. Rooms go by their ids.
    case eraseTraces(of: PersonID, in: RoomID, after: UInt64, Traces)
    /// Nothing is left of them. With what was erased elsewhere.
    case finishDeletion(PersonID, DeletedCounts)
    /// An invited person's own choice; otherwise as `setPassword`.
    case choosePassword(PersonReference, String)
    /// For somebody who has lost authenticator and recovery codes.
    case removeFactor(PersonReference)
    /// A login has shown this code: it counts no more.
    case useCode(PersonReference, CodeUse)
    /// An invite or a token is about to be made: it is recorded first. A key may be its person's own doing.
    case recordSecret(PersonReference, AuditKind, AuditDetails = [:])
    /// A room's history is about to be exported: it is recorded first.
    case recordExport(RoomReference)
    /// The server is about to have another identity key: it is recorded first.
    case recordIdentity(AuditKind, AuditDetails)
    /// From now on the provider's identity leads in as this person.
    case linkIdentity(PersonReference, ExternalIdentity)
    /// No longer; ends all sessions and invites of the person.
    case unlinkIdentity(PersonReference, ExternalIdentity)
    /// A provider vouches for somebody: who that is, what they may be made, and what their role is.
    case signIn(ExternalLogin)
    /// A link for people who are nobody here yet.
    case makeInvite(InviteOrder)
    case revokeInvite(OpenInviteID)
    /// Somebody has shown such a link: they are made a person and enter its rooms.
    case redeemInvite(Newcomer)
    /// Expired ones make room.
    case removeExpiredInvites
    /// What is older than it is kept is no more.
    case removeHistory(HistoryRemoval)
    /// Sends of removed events that were before this moment are remembered no longer, some at a time.
    case forgetSends(before: Timestamp)

    /// Whether it leaves a record in the audit log, and is refused where none can be left.
    package var isAudited: Bool {
        switch self {
        case .send, .openDirect, .join, .leave, .rehashPassword, .removeExpiredInvites, .removeHistory,
            .forgetSends, .block, .markRead, .eraseTraces, .finishDeletion:
            false
        case .createRoom, .addMember, .removeMember, .sanction, .invite, .withdrawInvitation, .report,
            .setRole, .changeSettings, .addPerson, .setPassword,
            .setDisabled, .choosePassword, .recordSecret, .recordIdentity, .linkIdentity, .unlinkIdentity,
            .signIn, .enrolFactor, .removeOwnFactor, .removeFactor, .renewRecoveryCodes, .makeInvite,
            .revokeInvite, .redeemInvite, .recordExport, .deletePerson:
            true
        case .useCode(_, let use): use.isRecovery
        }
    }
}

/// A message, or what is said about one, on its way into a room. `id` is the sender's own and makes a
/// repeated send harmless.
package struct SendMessage: Hashable, Sendable {
    package let room: RoomID
    package let id: SendID
    package let content: Content

    package init(room: RoomID, id: SendID, content: Content) {
        self.room = room
        self.id = id
        self.content = content
    }

    package init(room: RoomID, id: SendID, body: MessageBody) {
        self.init(room: room, id: id, content: .message(body))
    }

    /// The message that it is about.
    package var target: EventPlace? { content.target.map { EventPlace(room: room, sequence: $0) } }
}

/// A room, by its id or by its name.
package enum RoomReference: Hashable, Sendable {
    case id(RoomID)
    case name(String)
}

/// A person, by id or by name.
package enum PersonReference: Hashable, Sendable {
    case id(PersonID)
    case name(String)
}
