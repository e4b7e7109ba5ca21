/// Sessions, invites and rate limits: small facts that are read at each login. Used on the state writer's
/// thread alone.
package protocol SessionStore: AnyObject {
    /// Carries out all of these in one synced transaction; one answer each, in order. When it throws, none
    /// was done.
    func perform(_ operations: [SessionOperation]) throws(StorageError) -> [SessionAnswer]
}

package enum SessionOperation: Hashable, Sendable {
    /// Ends the person's oldest session first if there are `most` already.
    case open(Session, most: Int)
    /// Answers `.session`; an expired one is removed and not found.
    case find(token: Digest, now: Timestamp)
    case close(token: Digest)
    /// Closes every session of the person that is of an earlier epoch; answers `.count`.
    case closeAll(of: PersonID, before: UInt32)
    case invite(Invite)
    /// Answers `.invite`; an expired one is removed and not found. It stays: that it is used once, the
    /// person's epoch sees to, which the password that it sets raises.
    case findInvite(token: Digest, now: Timestamp)
    /// Removes what has expired, at most `max` of each kind; answers `.count`.
    case sweep(now: Timestamp, max: Int)
    /// In the place of all that were kept before.
    case keepRates([RateRecord])
    /// Answers `.rates`, in any order.
    case findRates

    /// Somebody's login. The token itself is never stored, only its digest.
    package struct Session: Hashable, Sendable {
        package let token: Digest
        package let person: PersonID
        /// The person's when the session began: a later one voids it.
        package let epoch: UInt32
        package let createdAt: Timestamp
        package let expiresAt: Timestamp

        package init(
            token: Digest, person: PersonID, epoch: UInt32, createdAt: Timestamp, expiresAt: Timestamp
        ) {
            self.token = token
            self.person = person
            self.epoch = epoch
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }
    }

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
    case session(SessionOperation.Session?)
    case invite(SessionOperation.Invite?)
    case count(Int)
    case rates([RateRecord])
}
