/// Where an event stands: its room and its sequence there.
package struct EventPlace: Hashable, Sendable {
    package let room: RoomID
    package let sequence: UInt64

    package init(room: RoomID, sequence: UInt64) {
        self.room = room
        self.sequence = sequence
    }
}
