import Chat

/// What becomes of a request's answer when its batch was not stored, or not all of it.
extension Pending {
    /// Whether nothing of the request was stored, or its answer may rest on what was not.
    func mustBeAppliedAgain(after conflicts: Set<RoomID>) -> Bool {
        if repeatsStored { return false }
        if let room { return conflicts.contains(room) }
        switch (envelope.body, answer) {
        // People are stored whatever becomes of the rooms.
        case (.attach, _), (.changeFactor, _), (.makeKey, _), (.detach, _), (.endSession, _),
            (.unsubscribe, _), (.setPresence, _), (.lookAround, _), (.audited, _), (.makeInvite, _),
            (.listInvites, _), (_, .person), (_, .people), (_, .invites), (_, .history), (_, .facts),
            (_, .deletion), (_, .deletions):
            return false
        // It changed nothing, but looked at rooms as they never became: a summary, a refusal, or the ack of a
        // send that was repeated within the batch.
        case (.command, _), (.subscribe, _), (.search, _), (.listRooms, _), (.listMembers, _),
            (.detailRoom, _), (.listBlocks, _), (.listPeople, _), (.showPerson, _), (.showRoom, _),
            (.describeRoom, _), (.describePerson, _), (.describeDeletion, _), (.listDeletions, _):
            return true
        }
    }

    /// Whether the request asked for no change, so that its answer also holds when the batch was not stored.
    ///
    /// A look at the chat within a batch that was undone may have seen what never became true: it is refused
    /// as well.
    var isUnchanged: Bool {
        if repeatsStored { return true }
        return switch (envelope.body, answer) {
        case (.attach(_, _, nil, nil), _), (.detach, _), (.endSession, _), (.unsubscribe, _),
            (.setPresence, _),
            (.lookAround, _), (.audited, _),
            (.command, .refused), (.changeFactor, .refused), (.makeKey, .refused), (.makeInvite, .refused):
            true
        case (.attach, _), (.changeFactor, _), (.makeKey, _), (.makeInvite, _), (.command, _),
            (.subscribe, _), (.search, _), (.listRooms, _), (.listMembers, _), (.detailRoom, _),
            (.listBlocks, _), (.listPeople, _), (.showPerson, _), (.showRoom, _), (.listInvites, _),
            (.describeRoom, _), (.describePerson, _), (.describeDeletion, _), (.listDeletions, _):
            false
        }
    }
}
