/// The connections of one loop that follow one room.
///
/// Loop thread only. Walked for every event, changed rarely: an array, with the last taking a leaver's place.
struct RoomSubscribers {
    private(set) var connections: [Connection] = []
    /// The last sequence that this loop has passed on: nobody reads the history beyond it, because whether
    /// he may is decided by letters that have not come yet.
    private(set) var head: UInt64 = 0

    var isEmpty: Bool { connections.isEmpty }

    mutating func passed(_ sequence: UInt64) { head = max(head, sequence) }

    mutating func insert(_ connection: Connection) { connections.append(connection) }

    mutating func remove(_ connection: Connection) {
        guard let place = connections.firstIndex(where: { $0 === connection }) else { return }
        connections.swapAt(place, connections.count - 1)
        connections.removeLast()
    }
}
