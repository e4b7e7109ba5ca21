/// Where a message stands among all that one may find: by its time, then by its room and its sequence there.
/// The greater is the newer.
package struct SearchPlace: Hashable, Comparable, Sendable {
    package static let byteCount = 32

    package let at: Timestamp
    package let room: RoomID
    package let sequence: UInt64

    package init(at: Timestamp, room: RoomID, sequence: UInt64) {
        self.at = at
        self.room = room
        self.sequence = sequence
    }

    package static func < (left: Self, right: Self) -> Bool {
        if left.at != right.at { return left.at < right.at }
        if left.room != right.room { return left.room < right.room }
        return left.sequence < right.sequence
    }

    package var place: EventPlace { EventPlace(room: room, sequence: sequence) }

    // MARK: as a cursor

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        BigEndian.append(UInt64(bitPattern: at.milliseconds), to: &bytes)
        room.append(to: &bytes)
        BigEndian.append(sequence, to: &bytes)
        return bytes
    }

    /// `nil` for any other number of bytes. Any of that number is a place, if perhaps nobody's.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        let span = bytes.span
        at = Timestamp(milliseconds: Int64(bitPattern: BigEndian.word(in: span, at: 0)))
        room = RoomID(high: BigEndian.word(in: span, at: 8), low: BigEndian.word(in: span, at: 16))
        sequence = BigEndian.word(in: span, at: 24)
    }
}
