package import Chat

/// How far rooms were read, and what of it the server has still to be told: not each message, but once every
/// few seconds what has come together. What was lost with a connection is told again on the next; what the
/// server knows better is not told.
package struct Readings: Sendable {
    package struct Mark: Equatable, Sendable {
        package let room: RoomID
        package let sequence: UInt64

        package init(room: RoomID, sequence: UInt64) {
            self.room = room
            self.sequence = sequence
        }
    }

    /// Between two times of telling.
    package static let pause = Duration.seconds(2)
    /// Rooms that may wait at a time; more are not told of, and stay unread elsewhere.
    private static let most = 1_000

    private var waiting: [RoomID: UInt64] = [:]
    /// Told, and not answered yet.
    private var asked: [RoomID: UInt64] = [:]
    private var told: [RoomID: UInt64] = [:]
    private var next = Duration.zero

    package init() {}

    /// When `take` has something.
    package var due: Duration? { waiting.isEmpty ? nil : next }

    /// - Parameter delay: until the first of several is told: those who follow a room are not to tell the
    ///   server all in the same moment.
    package mutating func note(
        _ room: RoomID, through sequence: UInt64, now: Duration, delay: Duration = .zero
    ) {
        guard sequence > max(told[room] ?? 0, asked[room] ?? 0, waiting[room] ?? 0),
            waiting[room] != nil || waiting.count < Self.most
        else { return }
        if waiting.isEmpty { next = max(next, now + delay) }
        waiting[room] = sequence
    }

    /// What was not answered is told again.
    package mutating func connectionLost() {
        waiting.merge(asked) { max($0, $1) }
        asked = [:]
    }

    /// What the server says, of this connection's telling or another's.
    package mutating func learned(_ position: ReadPosition) {
        told[position.room] = position.sequence
        if let sequence = asked[position.room], sequence <= position.sequence { asked[position.room] = nil }
        if let sequence = waiting[position.room], sequence <= position.sequence {
            waiting[position.room] = nil
        }
    }

    /// What is refused for good is not told again: more will be read. What is refused for now is later.
    package mutating func refused(_ room: RoomID, retryAt moment: Duration? = nil) {
        guard let sequence = asked.removeValue(forKey: room), let moment else { return }
        waiting[room] = max(waiting[room] ?? 0, sequence)
        next = max(next, moment)
    }

    package mutating func take(now: Duration) -> [Mark] {
        guard !waiting.isEmpty, now >= next else { return [] }
        next = now + Self.pause
        return takeAll()
    }

    package mutating func takeAll() -> [Mark] {
        asked.merge(waiting) { max($0, $1) }
        defer { waiting = [:] }
        return waiting.map { Mark(room: $0.key, sequence: $0.value) }.sorted { $0.room < $1.room }
    }
}
