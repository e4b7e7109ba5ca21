/// Whether somebody is there. Of several connections the one that is most there counts.
package enum Presence: UInt8, Hashable, Sendable, Comparable, CaseIterable {
    /// Not connected, or connected and not to be seen.
    case offline = 1
    case away = 2
    case online = 3

    package static func < (one: Presence, other: Presence) -> Bool { one.rawValue < other.rawValue }

    package var name: String {
        switch self {
        case .offline: "offline"
        case .away: "away"
        case .online: "online"
        }
    }
}
