/// A room as the sequencer holds it in memory: its settings, its head and who may do what.
package struct RoomState: Hashable, Sendable {
    package internal(set) var room: Room
    package internal(set) var head: Head
    /// When the last event was: `at` never decreases in a room.
    package internal(set) var lastAt: Timestamp
    package internal(set) var members: [PersonID: Role]

    package init(room: Room, head: Head = .empty, lastAt: Timestamp, members: [PersonID: Role] = [:]) {
        self.room = room
        self.head = head
        self.lastAt = lastAt
        self.members = members
    }

    /// Whether the room would have no owner without `person`.
    func isLastOwner(_ person: PersonID) -> Bool {
        guard members[person] == .owner else { return false }
        return !members.contains { $0.key != person && $0.value == .owner }
    }
}
