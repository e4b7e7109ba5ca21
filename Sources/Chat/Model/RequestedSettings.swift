/// Which settings of a room to change: what is `nil` stays.
package struct RequestedSettings: Hashable, Sendable {
    package var name: String?
    package var topic: String?
    package var isArchived: Bool?
    package var visibility: RoomRules.Visibility?
    package var slowSeconds: Int?
    /// 0: for ever.
    package var keepDays: Int?

    package init(
        name: String? = nil, topic: String? = nil, isArchived: Bool? = nil,
        visibility: RoomRules.Visibility? = nil, slowSeconds: Int? = nil, keepDays: Int? = nil
    ) {
        self.name = name
        self.topic = topic
        self.isArchived = isArchived
        self.visibility = visibility
        self.slowSeconds = slowSeconds
        self.keepDays = keepDays
    }

    /// Whether a moderator may change all of it; the rest is the owners'.
    var isForModerators: Bool { name == nil && isArchived == nil && visibility == nil && keepDays == nil }
}
