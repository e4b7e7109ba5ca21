import Chat
import FoundationEssentials

// What people are doing, between the generated types and the model.

extension ProtoReadPosition {
    init(_ position: ReadPosition) {
        self.init()
        room = .init(position.room.bytes)
        sequence = position.sequence
        unread = position.unread
        mentions = UInt32(clamping: position.mentions)
    }

    var model: ReadPosition? {
        RoomID(bytes: room).map {
            ReadPosition(room: $0, sequence: sequence, unread: unread, mentions: Int(mentions))
        }
    }
}

extension ProtoPresenceState {
    init(_ presence: Presence) {
        switch presence {
        case .offline: self = .offline
        case .away: self = .away
        case .online: self = .online
        }
    }

    /// `nil` for none, and for one that this version does not know.
    var model: Presence? {
        switch self {
        case .offline: .offline
        case .away: .away
        case .online: .online
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension ProtoPresenceChange {
    init(_ person: PersonID, _ presence: Presence) {
        self.init()
        self.person = .init(person.bytes)
        state = ProtoPresenceState(presence)
    }

    var model: ServerMessage? {
        // Of a newer version: passed over.
        guard let presence = state.model else { return .unknown }
        return PersonID(bytes: person).map { .presence($0, presence) }
    }
}

extension ProtoTypingNotice {
    init(_ room: RoomID, _ person: PersonSummary) {
        self.init()
        self.room = .init(room.bytes)
        self.person = .init(person.id.bytes)
        personName = person.name
    }

    var model: ServerMessage? {
        guard let room = RoomID(bytes: room), let person = PersonID(bytes: person) else { return nil }
        return .typing(room, PersonSummary(id: person, name: personName))
    }
}
