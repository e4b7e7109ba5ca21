/// A room's settings. Its members and its head are kept beside it (`RoomState`).
package struct Room: Hashable, Sendable {
    /// The raw values are stored and sent: they never change.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Listed; anybody who is logged in may join.
        case open = 1
        /// Not listed; people are added by its moderators.
        case closed = 2
        /// Between two people, found by the unordered pair; has no name and never changes its members.
        case direct = 3

        package var name: String {
            switch self {
            case .open: "public"
            case .closed: "private"
            case .direct: "direct"
            }
        }
    }

    package let id: RoomID
    package let kind: Kind
    /// `nil` in a direct room, and only there.
    package var name: Name?
    package var topic: String
    package var isArchived: Bool
    package var rules: RoomRules
    package let createdAt: Timestamp
    /// The two people of a direct room, the lesser id first; `nil` in every other.
    package let pair: PersonPair?

    package init(
        id: RoomID, kind: Kind, name: Name?, topic: String = "", isArchived: Bool = false,
        rules: RoomRules = .usual, createdAt: Timestamp, pair: PersonPair? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.topic = topic
        self.isArchived = isArchived
        self.rules = rules
        self.createdAt = createdAt
        self.pair = pair
    }
}
