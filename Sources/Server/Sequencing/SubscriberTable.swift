package import Chat

/// Who follows what, as the sequencer knows it: the loops' own tables follow this one by posts.
///
/// Sequencer's thread only.
package struct SubscriberTable {
    private struct Attached {
        let person: PersonID
        let session: LoginSessionID
        var rooms: Set<RoomID> = []
        /// How its person is to be seen, as far as it knows.
        var presence = Presence.online
    }

    private var connections: [ConnectionAddress: Attached] = [:]
    private var connectionsOfPerson: [PersonID: Set<ConnectionAddress>] = [:]
    /// How many subscribers of a room each loop has: an event is posted to those with any.
    private var countsOfRoom: [RoomID: [Int]] = [:]
    /// How people were told to be last; who is not here is offline.
    private var shown: [PersonID: Presence] = [:]
    /// Of whom there may be news.
    private var restless: Set<PersonID> = []
    /// Those among them who had no connection at the last look around.
    private var left: Set<PersonID> = []
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

    // MARK: who is there

    /// As it is now: what others were told may be some seconds older.
    package func presence(of person: PersonID) -> Presence {
        connections(of: person).compactMap { connections[$0]?.presence }.max() ?? .offline
    }

    mutating func set(_ presence: Presence, by connection: ConnectionAddress) {
        connections[connection]?.presence = presence
    }

    /// Something about it may have changed: the next look around tells.
    mutating func notePresence(of person: PersonID) { restless.insert(person) }

    /// - Returns: how people are to be seen from now on, where that is news. Who has no connection is gone
    ///   only at the second look: whoever changes networks, and whoever hides again right after coming back,
    ///   is not told of.
    mutating func lookAround(most: Int) -> [(PersonID, Presence)] {
        var news: [(PersonID, Presence)] = []
        for person in restless.sorted() {
            guard news.count < most else { break }
            if connectionsOfPerson[person] == nil, shown[person] != nil, left.insert(person).inserted {
                continue
            }
            left.remove(person)
            restless.remove(person)
            let now = presence(of: person)
            guard shown[person] ?? .offline != now else { continue }
            shown[person] = now == .offline ? nil : now
            news.append((person, now))
        }
        return news
    }

    // MARK: who follows what

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
