/// Sessions and invites: small facts that are read at each login. Used on the state writer's thread alone.
package protocol SessionStore: AnyObject {
    /// Carries out all of these in one synced transaction; one answer each, in order. When it throws, none
    /// was done.
    func perform(_ operations: [SessionOperation]) throws(StorageError) -> [SessionAnswer]
}

package enum SessionOperation: Hashable, Sendable {
    case open(Session)
    /// Answers `.session`; an expired one is removed and not found.
    case find(token: Digest, now: Timestamp)
    case close(token: Digest)
    /// Closes every session of the person; answers `.count`.
    case closeAll(of: PersonID)
    case invite(Invite)
    /// Takes the invite away, so that it is used once; answers `.invite`; an expired one is not found.
    case redeem(token: Digest, now: Timestamp)
    /// Removes what has expired, at most `max` of each kind; answers `.count`.
    case sweep(now: Timestamp, max: Int)

    /// Somebody's login. The token itself is never stored, only its digest.
    package struct Session: Hashable, Sendable {
        package let token: Digest
        package let person: PersonID
        package let createdAt: Timestamp
        package let expiresAt: Timestamp

        package init(token: Digest, person: PersonID, createdAt: Timestamp, expiresAt: Timestamp) {
            self.token = token
            self.person = person
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }
    }

    /// A single-use right to set the person's password and log in.
    package struct Invite: Hashable, Sendable {
        package let token: Digest
        package let person: PersonID
        package let expiresAt: Timestamp

        package init(token: Digest, person: PersonID, expiresAt: Timestamp) {
            self.token = token
            self.person = person
            self.expiresAt = expiresAt
        }
    }
}

package enum SessionAnswer: Hashable, Sendable {
    case done
    case session(SessionOperation.Session?)
    case invite(SessionOperation.Invite?)
    case count(Int)
}
