package import Storage

/// What administration asks: over the control socket of a running server, or of the stores themselves when
/// none runs.
///
/// One JSON object a line, at most `ControlSocket.lineBytes` long. People and rooms are named by their names.
package enum ControlRequest: Codable, Hashable, Sendable {
    case ping
    /// What the server is doing.
    case status
    /// `password` is a hash already: no password crosses the socket.
    case addPerson(name: String, password: String?, isAdministrator: Bool)
    case setPassword(person: String, password: String)
    /// Disabling ends the person's sessions and connections too.
    case setDisabled(person: String, isDisabled: Bool)
    /// For somebody who has lost authenticator and recovery codes.
    case removeFactor(person: String)
    /// A link's token, single use: whoever opens it sets the password and is logged in.
    case invite(person: String)
    /// A link that lets new people in, into these rooms; `seconds` is `nil` for as long as is usual.
    case makeInvite(
        uses: Int, seconds: Int?, isAdministrator: Bool, rooms: [String], role: String)
    /// After the invite of this id, or from the beginning.
    case listInvites(after: String?)
    case revokeInvite(id: String)
    /// A program's key: what the person calls it, what it may be used for, and for how many seconds; `nil`
    /// for as much and as long as is usual.
    case token(person: String, name: String, scopes: [String]? = nil, seconds: Int64? = nil)
    case listSessions(person: String)
    /// Ends the session and its connections.
    case endSession(person: String, id: String)
    /// Whether the provider's identity leads in as the person; taking it away ends the person's sessions.
    case linkIdentity(person: String, issuer: String, subject: String, isLinked: Bool)
    /// After the person of this id, or from the beginning.
    case listPeople(after: String?)
    case showPerson(String)
    case addRoom(name: String, isPublic: Bool)
    case listRooms(after: String?)
    case showRoom(String)
    case listMembers(room: String, after: String?)
    case addMember(room: String, person: String, role: String)
    case removeMember(room: String, person: String)
    case archiveRoom(String, isArchived: Bool)
    /// After so many days what was said in it is removed; 0: never, as far as the room goes.
    case keepRoom(String, days: Int)
    /// A new identity key: one that the present key vouches for, or after a leak one that nothing does.
    case changeIdentity(isCompromised: Bool)
    /// Which identity key is in use.
    case showIdentity
    /// Signs the audit log, and says where it ends.
    case beginAudit
    /// What follows these places in the audit log.
    case readAudit(afterSequence: UInt64, afterCheckpoint: UInt64)
    /// Erases the details of every entry that this person is in. Answered with `.erasing` while it goes on:
    /// it is asked again then, `isContinued`.
    case eraseAudit(person: String, isContinued: Bool)
    /// Records that the room of this name or id is about to be exported, and says what it is.
    case exportRoom(String)
    /// As much of a person; answered as `showPerson` is.
    case exportPerson(String)
    /// What the chat's state knows of the person of this id, behind a place in that list.
    case readFacts(person: String, after: String?)
    /// A page of the events of the room of this id: all of them, or what the person of this id has left.
    case readEvents(room: String, person: String?, after: UInt64, through: UInt64)
    /// Deletes a person, by name or by id, with all that they have left. Answered with `.deleting` while it
    /// goes on: `awaitDeletion` asks again.
    case deletePerson(name: String?, id: String?)
    case awaitDeletion(id: String)
    /// Begins a snapshot, at this absolute path or in the data directory's own place. Answered as
    /// `awaitSnapshot` is. No passphrase crosses the socket: what encrypts this one snapshot does.
    case makeSnapshot(path: String?, withKeys: Bool, lock: SnapshotLock?)
    /// How far the snapshot of this number has come: `.snapshotting` or `.snapshot`.
    case awaitSnapshot(Int)
}
