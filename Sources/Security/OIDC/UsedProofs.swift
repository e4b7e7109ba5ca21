package import Chat

/// What may be shown once, by its digest, until it would be refused anyway. Bounded: when it is full nothing
/// more is taken.
package struct UsedProofs: Sendable {
    private let most: Int
    private var expiries: [Digest: Timestamp] = [:]

    package init(most: Int) { self.most = most }

    package enum Outcome: Hashable, Sendable {
        case taken
        case usedBefore
        case full
    }

    package mutating func use(_ proof: Digest, until expires: Timestamp, now: Timestamp) -> Outcome {
        if expiries[proof] != nil { return .usedBefore }
        if expiries.count >= most { expiries = expiries.filter { $0.value > now } }
        guard expiries.count < most else { return .full }
        expiries[proof] = expires
        return .taken
    }
}
