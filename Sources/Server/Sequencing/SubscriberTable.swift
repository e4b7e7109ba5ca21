package import Chat

/// Who follows what, as the sequencer knows it: the loops' own tables follow this one by posts.
///
/// Sequencer's thread only.
package struct SubscriberTable {
    private struct Attached {
        let person: PersonID
        let session: LoginSessionID
        var rooms: Set<RoomID> = []
    }

    private var connections: [ConnectionAddress: Attached] = [:]
    private var connectionsOfPerson: [PersonID: Set<ConnectionAddress>] = [:]
    /// How many subscribers of a room each loop has: an event is posted to those with any.
    private var countsOfRoom: [RoomID: [Int]] = [:]
    private let loopCount: Int

    package init(loopCount: Int) { self.loopCount = loopCount }

    /// Moves the table out, leaving an empty one.
    mutating func take() -> SubscriberTable {
        var taken = SubscriberTable(loopCount: loopCount)
        swap(&self, &taken)
        return taken
    }

    package var connectionCount: Int { connections.count }

    package mutating func attach(
        _ connection: ConnectionAddress, as person: PersonID, of session: LoginSessionID
    ) {
        connections[connection] = Attached(person: person, session: session)
        connectionsOfPerson[person, default: []].insert(connection)
    }

    package mutating func detach(_ connection: ConnectionAddress) {
        guard let attached = connections.removeValue(forKey: connection) else { return }
        connectionsOfPerson[attached.person]?.remove(connection)
        if connectionsOfPerson[attached.person]?.isEmpty == true {
            connectionsOfPerson[attached.person] = nil
        }
        for room in attached.rooms { count(room, connection.loop, by: -1) }
    }

    package func isAttached(_ connection: ConnectionAddress) -> Bool { connections[connection] != nil }

    package func subscriptionCount(of connection: ConnectionAddress) -> Int {
        connections[connection]?.rooms.count ?? 0
    }

    package func connections(of person: PersonID) -> Set<ConnectionAddress> {
        connectionsOfPerson[person] ?? []
    }

    package func connections(of person: PersonID, session: LoginSessionID) -> [ConnectionAddress] {
        connections(of: person).filter { connections[$0]?.session == session }
    }

    package func isSubscribed(_ connection: ConnectionAddress, to room: RoomID) -> Bool {
        connections[connection]?.rooms.contains(room) ?? false
    }

    /// False when it was subscribed already.
    package mutating func subscribe(_ connection: ConnectionAddress, to room: RoomID) -> Bool {
        guard connections[connection]?.rooms.insert(room).inserted == true else { return false }
        count(room, connection.loop, by: 1)
        return true
    }

    /// False when it was not subscribed.
    package mutating func unsubscribe(_ connection: ConnectionAddress, from room: RoomID) -> Bool {
        guard connections[connection]?.rooms.remove(room) != nil else { return false }
        count(room, connection.loop, by: -1)
        return true
    }

    /// Calls `body` for each loop that has a subscriber of the room.
    package func forEachLoop(of room: RoomID, _ body: (Int) -> Void) {
        guard let counts = countsOfRoom[room] else { return }
        for (loop, count) in counts.enumerated() where count > 0 { body(loop) }
    }

    private mutating func count(_ room: RoomID, _ loop: Int, by change: Int) {
        var counts = countsOfRoom.removeValue(forKey: room) ?? Array(repeating: 0, count: loopCount)
        counts[loop] += change
        if counts.contains(where: { $0 > 0 }) { countsOfRoom[room] = counts }
    }
}
