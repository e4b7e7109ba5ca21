package import Chat
package import Wire

/// What a `ClientMachine` wants done, or has to tell, in order.
package enum ClientAction: Equatable, Sendable {
    // MARK: for the driver

    /// Open a connection; answer with `connected` or `closed`.
    case connect
    case write([UInt8])
    /// Close once what was written is out. The machine has forgotten the connection: no `closed` is due.
    case close
    /// Decide whether this is the right server, however long it takes; answer with `trusted` or `distrusted`.
    case judge(VerifiedServer)

    /// The password is right, and a code of the second factor is needed, or the one given is wrong; answer
    /// with `entered`, however long it takes. Only where the configuration says that somebody can be asked.
    case askCode(RefusalNotice)

    // MARK: for the user

    /// By whom one could log in; `judge` follows.
    case providers(ProviderOffer, ServerID)
    case ready(Login, VerifiedServer)
    /// The connection is lost, or could not be made; the next attempt comes at that moment.
    case offline(String, nextAttempt: Duration)
    case opened(RoomTicket, RoomSummary)
    case event(RoomTicket, HistoryEvent)
    /// What was told of this room after this sequence is of another history.
    case forget(RoomTicket, after: UInt64)
    /// Everything up to this head was told; what follows is live.
    case caughtUp(RoomTicket, Head)
    /// The room is no longer followed.
    case roomEnded(RoomTicket, RoomEnd)
    case acknowledged(SendReceipt)
    /// The send is given up; it was not stored.
    case sendRefused(SendID, RefusalNotice)
    case answered(RequestTicket, ServerMessage)
    /// The connection was lost before the answer: the request may have been carried out or not.
    case unanswered(RequestTicket)
    /// One has become a member of this room.
    case added(RoomSummary)
    /// How far one has read a room, here or elsewhere, and what one has not.
    case position(ReadPosition)
    /// Somebody in a room that is followed has come or gone.
    case presence(PersonID, Presence)
    /// Somebody is writing in a room that is followed.
    case typing(RoomID, PersonSummary)
    /// The end: after `leave` without a failure.
    case ended(ClientFailure?)
}
