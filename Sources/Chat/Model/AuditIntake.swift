/// Whether what must be recorded can be recorded now.
package enum AuditIntake: UInt8, Hashable, Comparable, Sendable {
    case open
    /// Too much waits to be entered: ask again.
    case busy
    /// The audit log cannot be written.
    case unavailable

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
