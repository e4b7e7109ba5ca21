/// In what a server contradicted its own promises (docs/guarantees.md, G2) about one room.
package enum ReplicaFault: Error, Hashable, Sendable, CustomStringConvertible {
    case notDense(expected: UInt64, got: UInt64)
    /// The event's digest does not follow from the one before it.
    case brokenChain(at: UInt64)
    /// The head stated at this sequence is not the one its events lead to.
    case otherHead(at: UInt64)
    /// Fewer events than before, without a change of history.
    case headWentBack(from: UInt64, to: UInt64)
    /// History has changed from a point that this client never named.
    case unknownCommonPoint(UInt64)
    /// An empty page before the head that the server stated.
    case historyEnded(after: UInt64)
    case otherRoom
    case unexpected

    package var description: String {
        switch self {
        case .notDense(let expected, let got): "event \(expected) was due, \(got) came"
        case .brokenChain(let sequence): "the digest chain breaks at event \(sequence)"
        case .otherHead(let sequence): "the digest stated for event \(sequence) is not that of its events"
        case .headWentBack(let from, let to): "the history went back from event \(from) to \(to)"
        case .unknownCommonPoint(let sequence): "event \(sequence) was named as common, but is not held"
        case .historyEnded(let sequence): "the history ended after event \(sequence), before its head"
        case .otherRoom: "an event of another room came"
        case .unexpected: "an answer came that nothing asked for"
        }
    }
}
