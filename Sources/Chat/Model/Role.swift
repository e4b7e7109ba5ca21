/// What a member may do in a room. The raw values are stored and sent: they never change.
package enum Role: UInt8, Comparable, Sendable, CaseIterable {
    case member = 1
    case moderator = 2
    case owner = 3

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package var name: String {
        switch self {
        case .member: "member"
        case .moderator: "moderator"
        case .owner: "owner"
        }
    }
}
