package import Chat
import Wire

/// How far the user has read, on its way to the server and back.
extension ClientMachine {
    /// Notes that the room was read up to this sequence: the server is told before long, once for many.
    package func noteRead(_ room: RoomID, through sequence: UInt64, now: Duration) {
        let spread = Duration.milliseconds(Int64.random(in: 0..<2_000, using: &random))
        readings.note(room, through: sequence, now: now, delay: spread)
        flush(now: now)
    }

    /// Else they wait, and no timer with them.
    var tellsReadings: Bool { draining == nil && !isCongested }

    func tellReadings(_ marks: [Readings.Mark]) {
        for mark in marks {
            ask(.command(.markRead(mark.room, through: mark.sequence)), for: .reading(mark.room))
        }
    }

    /// What was read is told before the end.
    func sayGoodbye() {
        tellReadings(readings.takeAll())
        session?.goodbye()
    }

    func learned(_ position: ReadPosition) {
        readings.learned(position)
        tell(.position(position))
    }
}
