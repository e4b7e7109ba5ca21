import Chat

/// A request that has been applied and waits for its batch to be stored.
struct Pending {
    /// What else happens, exactly here in the order of events, when the batch is stored.
    enum Effect {
        case none
        /// `endsOthers`: the connections that the person's earlier password let in.
        case attach(Result<Person, Refusal>, of: LoginSessionID, endsOthers: Bool)
        case detach
        case subscribe(RoomID, head: UInt64, first: UInt64)
        case unsubscribe(RoomID)
        /// The person's connections end with this code.
        case end(PersonID, DisconnectCode)
        case endSession(LoginSessionID, of: PersonID)
        case makeKey(NewKey, of: Person)
        /// The person is to be seen so, as far as this connection knows.
        case presence(Presence)
        /// Who has been away for a while is gone.
        case lookAround
        /// The person's other connections are told how far they have read.
        case read(RoomID)
        /// These are told that a message names them.
        case mentioned([PersonID])
        /// The asker's loop has it looked for.
        case search(Result<SearchOrder, Refusal>)
    }

    let envelope: Envelope
    var events: [Event] = []
    var effect = Effect.none
    let answer: Answer
    /// The answer repeats one for an event that was stored before: it holds whatever becomes of this batch.
    var repeatsStored = false

    /// The room whose conflict sends the request back.
    var room: RoomID? {
        // Who was let in stays, whatever becomes of the rooms.
        if case .attach = effect { return nil }
        if let event = events.first { return event.room }
        if case .subscribe(let room, _, _) = effect { return room }
        return nil
    }
}
