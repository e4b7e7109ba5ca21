/// What the history takes in now: less and less as the disk fills up.
package enum StorageIntake: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    case open
    /// There is little room: nothing is begun that grows, such as rooms and people.
    case low
    /// The reserve is touched: messages are refused. Administration, and what takes things away, goes on.
    case reserved
    /// The history's file is damaged: nothing is changed until the operator has restored it.
    case damaged

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
