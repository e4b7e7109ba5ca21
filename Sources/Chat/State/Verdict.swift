/// What `ChatState` says of one command.
package enum Verdict: Hashable, Sendable {
    case accepted(Acceptance)
    /// This send was stored before, as this event: the answer is the first one again.
    case repeated(Event)
    case refused(Refusal)
}

/// What an accepted command has changed. It is true only once the batch is stored.
package enum Acceptance: Hashable, Sendable {
    /// A message, now this event.
    case sent(Event)
    /// A room's members or settings changed by these events; none when it already was as asked.
    case room(RoomID, [Event])
    case person(PersonID)
    case invite(OpenInvite)
    /// A person was made and entered rooms by these events.
    case newcomer(PersonID, [Event])
    /// How far somebody has read this room.
    case position(RoomID)
    /// Nothing but the audit log's record.
    case recorded
}
