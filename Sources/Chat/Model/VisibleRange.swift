/// What of a room's history somebody may see: what comes after one sequence, up to and including another.
package struct VisibleRange: Hashable, Sendable {
    package let after: UInt64
    package let through: UInt64

    package init(after: UInt64, through: UInt64) {
        self.after = after
        self.through = through
    }

    package func contains(_ sequence: UInt64) -> Bool { sequence > after && sequence <= through }
}
