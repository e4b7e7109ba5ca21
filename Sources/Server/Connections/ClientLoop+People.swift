import Chat
import Native
import Reactor
import Wire

/// Who writes and who is there: told in passing, to whoever keeps up, and stored nowhere. Loop thread only.
extension ClientLoop {
    /// Goes from loop to loop: the sequencer has better to do.
    func tellTyping(in room: RoomID, _ number: UInt64, _ connection: Connection) {
        guard connection.rooms[room] != nil, let person = connection.person else {
            return connection.enqueue(refused: Refusal(.notSubscribed), number)
        }
        connection.enqueue(ServerMessageEncoder.encode(.done, request: number))
        // More often tells nobody more.
        if let last = connection.typedAt, context.now - last < services.limits.typingPause { return }
        connection.typedAt = context.now
        let notice = ServerMessageEncoder.encode(.typing(room, PersonSummary(person)))
        services.tellLoops(.typing(room, person.id, notice), 64 + notice.count)
    }

    /// A crowd is not told who of it writes: it would be told of nothing else.
    func passOn(typing notice: [UInt8], of person: PersonID, in room: RoomID) {
        guard let connections = subscribers[room]?.connections,
            connections.count <= services.limits.connectionsToldOfTyping
        else { return }
        for connection in connections where connection.person?.id != person { tell(notice, connection) }
    }

    func passOn(presence notice: [UInt8], toFollowersOf rooms: [RoomID]) {
        var told: Set<ChannelID> = []
        for room in rooms {
            for connection in subscribers[room]?.connections ?? []
            where told.insert(connection.channel.id).inserted {
                tell(notice, connection)
            }
        }
    }

    /// Whoever is behind has more to read already than this.
    private func tell(_ notice: [UInt8], _ connection: Connection) {
        if !connection.channel.isCongested { connection.enqueue(notice) }
    }
}
