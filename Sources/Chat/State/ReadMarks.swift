/// How far who has read which room.
///
/// Beside the rooms, not in them: a room's members are copied when one of them changes, and marks change
/// whenever somebody reads.
struct ReadMarks {
    private struct Place: Hashable {
        let room: RoomID
        let person: PersonID
    }

    private var marks: [RoomID: [PersonID: ReadMark]] = [:]
    /// As they were before the batch.
    private var before: [Place: ReadMark?] = [:]

    subscript(room: RoomID, person: PersonID) -> ReadMark? { marks[room]?[person] }

    mutating func set(_ mark: ReadMark?, of person: PersonID, in room: RoomID) {
        let place = Place(room: room, person: person)
        if before[place] == nil { before[place] = .some(marks[room]?[person]) }
        put(mark, at: place)
    }

    /// As they are stored: before any batch, or after another writer's.
    mutating func replace(_ room: RoomID, by stored: [PersonID: ReadMark]?) {
        marks[room] = stored
        before = before.filter { $0.key.room != room }
    }

    mutating func commit() { before = [:] }

    mutating func rollback() {
        for (place, mark) in before { put(mark, at: place) }
        before = [:]
    }

    private mutating func put(_ mark: ReadMark?, at place: Place) {
        marks[place.room, default: [:]][place.person] = mark
        if marks[place.room]?.isEmpty == true { marks[place.room] = nil }
    }
}
