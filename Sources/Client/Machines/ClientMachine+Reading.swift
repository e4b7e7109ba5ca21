package import Chat
import Wire

/// How far the user has read, on its way to the server and back.
extension ClientMachine {
    /// Notes that the room was read up to this sequence: the server is told before long, once for many.
    package func noteRead(_ room: RoomID, through sequence: UInt64, now: Duration) {
        readings.note(room, through: sequence, now: now)
        flush(now: now)
    }

    func tellReadings(_ marks: [Readings.Mark]) {
        for mark in marks {
            ask(.command(.markRead(mark.room, through: mark.sequence)), for: .reading(mark.room))
        }
    }

    func learned(_ position: ReadPosition) {
        readings.learned(position)
        tell(.position(position))
    }
}
