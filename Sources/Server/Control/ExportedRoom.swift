package import Chat

/// A room as an export begins with it. A value.
package struct ExportedRoom: Codable, Hashable, Sendable {
    package let id: String
    /// `nil` in a direct room.
    package let name: String?
    package let kind: String
    package let topic: String
    package let isArchived: Bool
    package let visibility: String
    package let slowSeconds: Int
    /// Milliseconds since 1970.
    package let createdAt: Int64
    /// The two of a direct room, by their ids; none else.
    package let pair: [String]
    package let memberCount: Int
    package let pins: [UInt64]
    /// The first sequence that the history has.
    package let first: UInt64
    package let head: UInt64
    /// The digest chain's there, hexadecimal.
    package let link: String

    init(_ state: RoomState) {
        let room = state.room
        id = room.id.description
        name = room.name?.displayed
        kind = room.kind.name
        topic = room.topic
        isArchived = room.isArchived
        visibility = room.rules.visibility.name
        slowSeconds = room.rules.slowSeconds
        createdAt = room.createdAt.milliseconds
        pair = room.pair.map { [$0.lesser.description, $0.greater.description] } ?? []
        memberCount = state.members.count
        pins = state.pins
        first = state.first
        head = state.head.sequence
        link = state.head.link.description
    }

    /// What the room's last event is held to.
    package var statedHead: Head? {
        Hex.bytes(link).flatMap { Digest(bytes: $0) }.map { Head(sequence: head, link: $0) }
    }
}
