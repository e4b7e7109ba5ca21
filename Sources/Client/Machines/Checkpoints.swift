package import Chat

/// The points of a room's history that a client can name when it resumes: the last one, and earlier ones ever
/// further apart, so that after a restored backup the server finds a common point near the end of what both
/// hold.
///
/// Kept is the latest sequence divisible by each power of two and by no greater one: at most 64 of them.
package struct Checkpoints: Hashable, Sendable {
    /// Ascending.
    package private(set) var heads: [Head] = []

    package init() {}

    package var last: Head? { heads.last }

    /// `head` follows all that were noted before.
    package mutating func note(_ head: Head) {
        precondition(head.sequence > heads.last?.sequence ?? 0, "Checkpoints.note: sequences ascend")
        let power = head.sequence.trailingZeroBitCount
        heads.removeAll { $0.sequence.trailingZeroBitCount == power }
        heads.append(head)
    }

    /// What lies after `sequence` is of another history.
    package mutating func forget(after sequence: UInt64) { heads.removeAll { $0.sequence > sequence } }

    package func link(at sequence: UInt64) -> Digest? { heads.first { $0.sequence == sequence }?.link }

    /// The latest ones, the greatest first.
    package func latest(_ max: Int) -> [Head] { heads.suffix(max).reversed() }
}
