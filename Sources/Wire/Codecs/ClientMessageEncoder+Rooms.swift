import Chat
import FoundationEssentials
import SwiftProtobuf

/// What is asked about rooms and the people in them.
extension ClientMessageEncoder {
    /// `nil` for what is about something else.
    static func ofRooms(_ command: Command) -> ProtoClientMessage.OneOf_Body? {
        switch command {
        case .createRoom(let name, let kind):
            var message = ProtoCreateRoom()
            message.name = name
            message.kind = ProtoRoomKind(kind)
            return .createRoom(message)
        case .openDirect(let person): return .openDirect(.with { $0.with = ProtoPersonReference(person) })
        case .join(let room): return .joinRoom(.with { $0.room = ProtoRoomReference(room) })
        case .leave(let room): return .leaveRoom(.with { $0.room = ProtoRoomReference(room) })
        case .changeSettings(let room, let change):
            var message = ProtoChangeSettings()
            message.room = ProtoRoomReference(room)
            if let name = change.name { message.name = name }
            if let topic = change.topic { message.topic = topic }
            if let isArchived = change.isArchived { message.archived = isArchived }
            if let visibility = change.visibility { message.visibility = ProtoVisibility(visibility) }
            if let seconds = change.slowSeconds { message.slowSeconds = UInt32(clamping: seconds) }
            if let days = change.keepDays { message.keepDays = UInt32(clamping: days) }
            return .changeSettings(message)
        default: return ofPeople(command)
        }
    }

    private static func ofPeople(_ command: Command) -> ProtoClientMessage.OneOf_Body? {
        switch command {
        case .addMember(let room, let person, let role):
            var message = ProtoAddMember()
            message.room = ProtoRoomReference(room)
            message.person = ProtoPersonReference(person)
            message.role = ProtoRole(role)
            return .addMember(message)
        case .removeMember(let room, let person, let reason):
            var message = ProtoRemoveMember()
            message.room = ProtoRoomReference(room)
            message.person = ProtoPersonReference(person)
            message.reason = reason
            return .removeMember(message)
        case .invite(let room, let person):
            var message = ProtoInvitePerson()
            message.room = ProtoRoomReference(room)
            message.person = ProtoPersonReference(person)
            return .invitePerson(message)
        case .withdrawInvitation(let room, let person):
            var message = ProtoWithdrawInvitation()
            message.room = ProtoRoomReference(room)
            message.person = ProtoPersonReference(person)
            return .withdrawInvitation(message)
        case .sanction(let room, let person, let sanction):
            var message = ProtoSanction()
            message.room = ProtoRoomReference(room)
            message.person = ProtoPersonReference(person)
            message.kind = ProtoSanctionKind(sanction.kind)
            message.seconds = UInt32(clamping: sanction.lasting?.components.seconds ?? 0)
            message.lifted = sanction.isLifted
            message.reason = sanction.reason
            return .sanction(message)
        case .block(let person, let isLifted):
            var message = ProtoBlock()
            message.person = ProtoPersonReference(person)
            message.lifted = isLifted
            return .block(message)
        case .report(let place, let reason):
            var message = ProtoReport()
            message.room = .init(place.room.bytes)
            message.sequence = place.sequence
            message.reason = reason
            return .report(message)
        case .markRead(let room, let sequence):
            return .markRead(
                .with {
                    $0.room = .init(room.bytes)
                    $0.sequence = sequence
                })
        case .setRole(let room, let person, let role):
            var message = ProtoSetRole()
            message.room = ProtoRoomReference(room)
            message.person = ProtoPersonReference(person)
            message.role = ProtoRole(role)
            return .setRole(message)
        default: return nil
        }
    }
}
