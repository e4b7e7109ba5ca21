/// The connections of one loop that follow one room.
///
/// Loop thread only. Walked for every event, changed rarely: an array, with the last taking a leaver's place.
struct RoomSubscribers {
    private(set) var connections: [Connection] = []

    var isEmpty: Bool { connections.isEmpty }

    mutating func insert(_ connection: Connection) { connections.append(connection) }

    mutating func remove(_ connection: Connection) {
        guard let place = connections.firstIndex(where: { $0 === connection }) else { return }
        connections.swapAt(place, connections.count - 1)
        connections.removeLast()
    }
}
