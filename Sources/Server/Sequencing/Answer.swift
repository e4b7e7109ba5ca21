package import Chat
package import Wire

/// What an asker is told.
package enum Answer: Hashable, Sendable {
    case refused(Refusal)
    case sent(Event)
    case message(ServerMessage)
    // For administration only: more than the protocol tells of a person.
    case person(Person)
    case people([Person], more: Bool)
    case invites([ListedInvite], more: Bool)
    case history(RoomState)
    case facts([PersonFact], more: Bool)
    /// How far it has come, and in which rooms the person is something still.
    case deletion(PersonDeletion, rooms: Set<RoomID>, done: UInt64, all: UInt64)
    case deletions([PersonDeletion])

    /// As it goes to a client.
    var message: ServerMessage {
        switch self {
        case .refused(let refusal): .refused(RefusalNotice(refusal))
        case .sent(let event):
            .sent(
                SendReceipt(
                    room: event.room, send: event.sendID ?? SendID(high: 0, low: 0), sequence: event.sequence,
                    event: event.id, at: event.at))
        case .message(let message): message
        case .person, .people, .invites, .history, .facts, .deletion, .deletions: .done
        }
    }
}
