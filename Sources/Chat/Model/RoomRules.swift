/// What holds in a room for everybody who is in it.
package struct RoomRules: Hashable, Sendable {
    /// How much of the history a member reads. The raw values are stored and sent: they never change.
    package enum Visibility: UInt8, Sendable, CaseIterable {
        /// From the room's first event on.
        case all = 1
        /// From the event by which they joined.
        case sinceJoining = 2

        package var name: String {
            switch self {
            case .all: "all"
            case .sinceJoining: "joined"
            }
        }
    }

    /// What a room has that nobody gave any.
    package static let usual = RoomRules()

    package var visibility: Visibility
    /// Whole seconds that a member waits between two messages; 0 for none. Moderators do not.
    package var slowSeconds: Int
    /// After how many days an event is no more; 0: never, unless the operator says so of every room.
    package var keepDays: Int

    package init(visibility: Visibility = .all, slowSeconds: Int = 0, keepDays: Int = 0) {
        self.visibility = visibility
        self.slowSeconds = slowSeconds
        self.keepDays = keepDays
    }
}
