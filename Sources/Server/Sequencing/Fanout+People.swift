import Chat
import Wire

/// What people are told of each other's comings and goings, and of their own reading.
extension Fanout {
    /// Tells whoever follows a small room of somebody's how they are to be seen now.
    mutating func tell(_ presence: Presence, of person: PersonID) {
        var rooms = Array(repeating: [RoomID](), count: output.loops.count)
        for room in chat.rooms(of: person) {
            guard let members = chat.rooms[room]?.members.count, members <= chat.limits.membersToldOfPresence
            else { continue }
            subscribers.forEachLoop(of: room) { rooms[$0].append(room) }
        }
        let bytes = ServerMessageEncoder.encode(.presence(person, presence))
        for (loop, rooms) in rooms.enumerated() where !rooms.isEmpty {
            output.loops[loop].append(.presence(rooms.sorted(), bytes))
        }
    }

    /// Tells a person's connections how far they have read a room, and what names them in it.
    mutating func tellPosition(
        in room: RoomID?, to person: PersonID, besides asker: ConnectionAddress? = nil
    ) {
        guard let room, let position = chat.readPosition(of: person, in: room) else { return }
        let bytes = ServerMessageEncoder.encode(.readPosition(position))
        for connection in subscribers.connections(of: person) where connection != asker {
            output.loops[connection.loop].append(.message(connection.channel, bytes, settles: false))
        }
    }
}
