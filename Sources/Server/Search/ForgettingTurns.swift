import Native

/// When what deleted messages have left in the index is removed: in pieces with a pause between them, and,
/// once all of it is gone, not again before nine times as long as that took. Search thread only.
struct ForgettingTurns {
    /// `nil` while nothing has changed that there could be something to remove of.
    private(set) var due: Instant?
    private var notBefore: Instant
    private var began: Instant?

    /// An earlier process may have left something.
    init(now: Instant) {
        due = now
        notBefore = now
    }

    mutating func changed() {
        if due == nil { due = notBefore }
    }

    mutating func done(at now: Instant, isMore: Bool, pause: Duration) {
        if isMore {
            began = began ?? now
            due = now + pause
        } else {
            notBefore = began.map { now + (now - $0) * 9 } ?? now
            began = nil
            due = nil
        }
    }
}
