import Chat
import Client
import Wire

/// How far the person has read, who names them, who is there and who writes. Command's thread only.
extension ChatReader {
    /// What is shown is read: the server is told before long.
    mutating func noteRead(_ event: HistoryEvent, _ host: ClientHost) {
        names.learn(event)
        host.noteRead(event.event.room, through: event.event.sequence)
    }

    /// Whom the members' names stand for: before anything is said that may name them.
    mutating func askNames(of room: RoomID, _ host: ClientHost) {
        namesAsked += 1
        host.perform(.listMembers(.id(room), after: nil), tag: Self.namesTag)
    }

    mutating func learnedNames(_ message: ServerMessage?, _ host: ClientHost) {
        namesAsked -= 1
        if case .memberList(let members, _)? = message { names.learn(members.map(\.person)) }
        goOn(host)
    }

    mutating func learned(_ position: ReadPosition) {
        let before = positions.updateValue(position, forKey: position.room)
        let room = rooms.first { $0.value.id == position.room }
        if let room {
            // What was unread when the room was entered; what comes now is shown as it comes.
            guard before == nil, position.unread > 0, room.key == current else { return }
            return show("\(Self.words(position)) in \(Self.label(room.value))")
        }
        guard position.mentions > before?.mentions ?? 0 else { return }
        let name =
            roomNames[position.room].map { "\($0): /join it" } ?? "a room that is not open: /rooms lists them"
        show("somebody names you in \(name)")
    }

    static func words(_ position: ReadPosition) -> String {
        let named = position.mentions == 0 ? "" : ", \(position.mentions) of them naming you"
        return "\(position.unread) unread\(named)"
    }

    mutating func told(typing person: PersonSummary, in room: RoomID) {
        guard showsTyping, !blocked.contains(person.id),
            let here = rooms.first(where: { $0.value.id == room })?.value
        else { return }
        show("\(person.name) is writing in \(Self.label(here))")
    }

    func namedBody(_ text: String, replyTo: UInt64 = 0, in room: RoomSummary) -> MessageBody {
        let isHeard = room.kind == .direct || room.role ?? .member >= .moderator
        let mayNameEverybody = isHeard && room.members <= Limits.standard.membersNamedAtOnce
        return names.body(text, replyTo: replyTo, mayNameEverybody: mayNameEverybody)
    }
}
