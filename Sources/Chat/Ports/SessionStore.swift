/// Sessions, invites and rate limits: small facts that are read at each login. Used on the state writer's
/// thread alone.
package protocol SessionStore: AnyObject {
    /// Carries out all of these in one synced transaction; one answer each, in order. When it throws, none
    /// was done.
    func perform(_ operations: [SessionOperation]) throws(StorageError) -> [SessionAnswer]
}

package enum SessionOperation: Hashable, Sendable {
    /// Ends the person's devices that were used longest ago first, if there are `most` already; answers
    /// `.sessions` with those.
    case open(LoginSession, most: Int)
    /// A key, beside those that are good still; the others of the person's are removed. Answers `.session`
    /// with it; with `nil` when the device that asks is gone: one that has ended makes no keys.
    /// `.tooMany` when there are `most` already.
    case make(LoginSession, most: Int, by: LoginSessionID?)
    /// By the token of a key; answers `.session`. That it was seen is written down once an hour.
    case find(ShownToken, now: Timestamp)
    /// By the token of a device (`LoginSession.refreshed`); answers `.refreshed`. A session whose token is
    /// reused is closed.
    case refresh(ShownToken, next: Digest, now: Timestamp, expiresAt: Timestamp)
    /// Answers `.session` with what was closed; of another person: nothing.
    case close(LoginSessionID, of: PersonID)
    /// Answers `.session` with what was named; of another person: nothing.
    case name(LoginSessionID, of: PersonID, String)
    /// Closes every session of the person that is of an earlier epoch; answers `.count`.
    case closeAll(of: PersonID, before: UInt32)
    /// Overwrites and removes every session and invite of the person; answers `.count`. Earlier writings of
    /// them may stand in what is free of the store's file until that is filled.
    case forget(PersonID)
    /// Fills some of what is free, and empties it again once all is; answers `.count`, 0 at the end. Asked
    /// again and again, and by one asker at a time.
    case fillFree
    /// Answers `.sessions`, the latest first.
    case list(of: PersonID)
    case invite(Invite)
    /// Answers `.invite`; an expired one is removed and not found. It stays: that it is used once, the
    /// person's epoch sees to, which the password that it sets raises.
    case findInvite(token: Digest, now: Timestamp)
    /// What may be shown once (by its digest), until it would be refused anyway; answers `.proof`. Of `most`
    /// that are remembered, those that have expired make room.
    case use(Digest, until: Timestamp, now: Timestamp, most: Int)
    /// Removes what has expired, at most `max` of each kind; answers `.count`.
    case sweep(now: Timestamp, max: Int)
    /// In the place of all that were kept before.
    case keepRates([RateRecord])
    /// Answers `.rates`, in any order.
    case findRates

    /// A single-use right to set the person's password and log in.
    package struct Invite: Hashable, Sendable {
        package let token: Digest
        package let person: PersonID
        /// The person's when the invite was made: a later one voids it.
        package let epoch: UInt32
        package let expiresAt: Timestamp

        package init(token: Digest, person: PersonID, epoch: UInt32, expiresAt: Timestamp) {
            self.token = token
            self.person = person
            self.epoch = epoch
            self.expiresAt = expiresAt
        }
    }
}

package enum SessionAnswer: Hashable, Sendable {
    case done
    case session(LoginSession?)
    case tooMany
    case sessions([LoginSession])
    case refreshed(Refreshing)
    case invite(SessionOperation.Invite?)
    case proof(ProofUse)
    case count(Int)
    case rates([RateRecord])
}

/// What became of a proof that may be shown once.
package enum ProofUse: Hashable, Sendable {
    case taken
    case usedBefore
    /// So many are remembered that no more are taken.
    case full
}
