/// How far a room's history goes: its last sequence and the digest chain's link there.
package struct Head: Hashable, Sendable {
    package let sequence: UInt64
    package let link: Digest

    package static let empty = Head(sequence: 0, link: .zero)

    package init(sequence: UInt64, link: Digest) {
        self.sequence = sequence
        self.link = link
    }
}
