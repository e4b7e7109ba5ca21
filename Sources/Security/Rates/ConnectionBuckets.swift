package import Chat

/// One connection's own buckets, and how long its sends are held off. A value, kept by the connection's
/// owner.
package struct ConnectionBuckets: Hashable, Sendable {
    fileprivate var messages: Int64 = 0
    fileprivate var bytes: Int64 = 0
    fileprivate var reads: Int64 = 0
    fileprivate var searches: Int64 = 0
    /// Until then every send is refused: what was in flight behind a refused one must not overtake it.
    fileprivate var sendsHeldUntil: Int64 = 0

    package init() {}
}

extension RateLimiter {
    /// The shortest wait that is asked of a sender: longer than what is in flight takes to arrive, so that a
    /// client that repeats in order is stored in order, and long enough that a retry gets some way.
    static let leastPause: Int64 = 1_000_000_000

    /// Counts a send. `nil`: go on; else the time after which to send it again.
    package func refuses(
        sendOf bytes: Int, by person: PersonID, in room: RoomID, _ own: inout ConnectionBuckets, now: Int64
    ) -> Duration? {
        guard isEnabled else { return nil }
        guard own.sendsHeldUntil <= now else { return .nanoseconds(own.sendsHeldUntil - now) }
        guard let wait = wait(forSendOf: bytes, by: person, in: room, &own, now: now) else { return nil }
        count(.refusedRequests)
        own.sendsHeldUntil = now + max(wait, Self.leastPause)
        return .nanoseconds(own.sendsHeldUntil - now)
    }

    /// Counts a read of the history or of a list.
    package func refuses(
        readBy person: PersonID, _ own: inout ConnectionBuckets, now: Int64
    ) -> Duration? {
        guard isEnabled else { return nil }
        let verdict = connectionRate(.reads).take(1, from: own.reads, at: now)
        guard case .granted(let fullAt) = verdict else { return refused(verdict) }
        let outcome = self[.accountReads].take(1, of: .id(person), now: now)
        guard case .granted = outcome else { return refused(outcome) }
        own.reads = fullAt
        return nil
    }

    /// Counts a page of what is searched for.
    package func refuses(
        searchBy person: PersonID, _ own: inout ConnectionBuckets, now: Int64
    ) -> Duration? {
        guard isEnabled else { return nil }
        let verdict = connectionRate(.searches).take(1, from: own.searches, at: now)
        guard case .granted(let fullAt) = verdict else { return refused(verdict) }
        let outcome = self[.accountSearches].take(1, of: .id(person), now: now)
        guard case .granted = outcome else { return refused(outcome) }
        own.searches = fullAt
        return nil
    }

    /// Counts a request that changes something and is no message: a room made, a member added.
    package func refuses(
        changeBy person: PersonID, _ own: inout ConnectionBuckets, now: Int64
    ) -> Duration? {
        guard isEnabled else { return nil }
        let verdict = connectionRate(.messages).take(1, from: own.messages, at: now)
        guard case .granted(let fullAt) = verdict else { return refused(verdict) }
        let outcome = self[.accountMessages].take(1, of: .id(person), now: now)
        guard case .granted = outcome else { return refused(outcome) }
        own.messages = fullAt
        return nil
    }

    /// All six buckets, or none of them.
    private func wait(
        forSendOf bytes: Int, by person: PersonID, in room: RoomID, _ own: inout ConnectionBuckets, now: Int64
    ) -> Int64? {
        let messages = connectionRate(.messages).take(1, from: own.messages, at: now)
        guard case .granted(let messagesFullAt) = messages else { return messages.nanoseconds }
        let size = connectionRate(.bytes).take(bytes, from: own.bytes, at: now)
        guard case .granted(let bytesFullAt) = size else { return size.nanoseconds }

        let messageOfAccount = self[.accountMessages].take(1, of: .id(person), now: now)
        guard case .granted(let first) = messageOfAccount else { return messageOfAccount.nanoseconds }
        let bytesOfAccount = self[.accountBytes].take(bytes, of: .id(person), now: now)
        guard case .granted(let second) = bytesOfAccount else {
            self[.accountMessages].giveBack(first)
            return bytesOfAccount.nanoseconds
        }
        let messageOfRoom = self[.roomMessages].take(1, of: .id(room), now: now)
        guard case .granted(let third) = messageOfRoom else {
            self[.accountMessages].giveBack(first)
            self[.accountBytes].giveBack(second)
            return messageOfRoom.nanoseconds
        }
        let bytesOfRoom = self[.roomBytes].take(bytes, of: .id(room), now: now)
        guard case .granted = bytesOfRoom else {
            self[.accountMessages].giveBack(first)
            self[.accountBytes].giveBack(second)
            self[.roomMessages].giveBack(third)
            return bytesOfRoom.nanoseconds
        }
        own.messages = messagesFullAt
        own.bytes = bytesFullAt
        return nil
    }

    private func refused(_ verdict: Rate.Verdict) -> Duration {
        count(.refusedRequests)
        return .nanoseconds(verdict.nanoseconds)
    }

    private func refused(_ outcome: RateTable.Outcome) -> Duration {
        count(.refusedRequests)
        return .nanoseconds(outcome.nanoseconds)
    }
}

extension Rate.Verdict {
    /// How long to wait; 0 when it was granted.
    fileprivate var nanoseconds: Int64 { if case .refused(let wait) = self { wait } else { 0 } }
}

extension RateTable.Outcome {
    fileprivate var nanoseconds: Int64 { if case .refused(let wait) = self { wait } else { 0 } }
}
