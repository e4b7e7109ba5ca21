import Native

/// What a server does now and then, and when. Used by the process's first thread, which knows the time.
struct Housekeeping {
    enum Chore: Hashable {
        /// What is done every few seconds.
        case goRound
        case rotateTicketKeys
        case rotateAccessTokenKeys
        case forgetExpiredSessions
        case returnMemory
    }

    private static let round = Duration.seconds(5)
    private static let hour = Duration.seconds(3_600)
    /// Memory of fewer connections is not worth the allocator's locks.
    private static let leastFall = 500

    private var lastHour: Instant
    private var lastRound: Instant
    /// The most connections since memory was last returned.
    private var peak = 0

    init(now: Instant) {
        lastHour = now
        lastRound = now
    }

    mutating func due(at now: Instant, connections: Int) -> [Chore] {
        var chores: [Chore] = []
        if now - lastRound >= Self.round {
            lastRound = now
            chores.append(.goRound)
        }
        if now - lastHour >= Self.hour {
            lastHour = now
            chores += [.rotateTicketKeys, .rotateAccessTokenKeys, .forgetExpiredSessions]
        }
        peak = max(peak, connections)
        // A wave has ebbed: the allocator would keep what it took, for a next one that may never come.
        if connections <= peak / 2, peak - connections >= Self.leastFall {
            peak = connections
            chores.append(.returnMemory)
        }
        return chores
    }
}
