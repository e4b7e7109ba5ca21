/// What is no more because of its age or its number. On the server's own authority alone.
extension ChatState {
    mutating func removeHistory(_ removal: HistoryRemoval, by actor: Actor) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        guard let state = rooms[removal.room] else { throw Refusal(.unknownRoom) }
        guard removal.through.sequence <= state.head.sequence else { throw Refusal(.unknownEvent) }
        if let days = removal.keepDays, days != state.room.rules.keepDays {
            throw Refusal(.busy, "the room is kept otherwise by now", retryAfter: limits.busyRetry)
        }
        // A conflict may bring it twice.
        guard removal.through.sequence > state.anchor.sequence else { return .recorded }
        remove(removal)
        return .recorded
    }

    mutating func forgetSends(before moment: Timestamp, by actor: Actor) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        forgetSends(before: moment)
        return .recorded
    }
}
