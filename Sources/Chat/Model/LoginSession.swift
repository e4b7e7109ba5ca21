/// What a login leaves behind: a right to come back without the password, which can be seen and taken away.
package struct LoginSession: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable {
        /// Somebody's device: its token changes with each use, and access tokens are made from it.
        case device = 1
        /// A program's key: one token until it expires, for what its scopes say.
        case key = 2

        package var name: String {
            switch self {
            case .device: "device"
            case .key: "key"
            }
        }
    }

    package let id: LoginSessionID
    package let person: PersonID
    /// The person's when the session began: a later one voids it.
    package let epoch: UInt32
    package let kind: Kind
    /// What it may be used for.
    package let scopes: Scopes
    /// What its owner calls it.
    package var name: String
    package let createdAt: Timestamp
    package var lastSeenAt: Timestamp
    package var expiresAt: Timestamp
    /// The digests of its tokens. The tokens themselves are never stored.
    package var tokens: Tokens

    package struct Tokens: Hashable, Sendable {
        /// Of the part that all tokens of the session share: tells one that was replaced from a guess.
        package let family: Digest
        /// Of the token that is good now.
        package var current: Digest
        /// Of the one that it replaced.
        package var previous: Digest?

        package init(family: Digest, current: Digest, previous: Digest? = nil) {
            self.family = family
            self.current = current
            self.previous = previous
        }
    }

    package init(
        id: LoginSessionID, person: PersonID, epoch: UInt32, kind: Kind,
        scopes: Scopes = .ofDevices, name: String,
        createdAt: Timestamp, lastSeenAt: Timestamp? = nil, expiresAt: Timestamp, tokens: Tokens
    ) {
        self.id = id
        self.person = person
        self.epoch = epoch
        self.kind = kind
        self.scopes = scopes
        self.name = name
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt ?? createdAt
        self.expiresAt = expiresAt
        self.tokens = tokens
    }
}

package typealias LoginSessionID = Identifier<LoginSession>

/// A session's token as somebody showed it: the digests of its two halves.
package struct ShownToken: Hashable, Sendable {
    package let session: LoginSessionID
    package let family: Digest
    package let secret: Digest

    package init(session: LoginSessionID, family: Digest, secret: Digest) {
        self.session = session
        self.family = family
        self.secret = secret
    }
}

/// What came of showing a token that changes with each use (RFC 9700, section 4.14.2).
package enum Refreshing: Hashable, Sendable {
    /// The next token is good from now on.
    case renewed(LoginSession)
    /// The token was replaced, and the one that replaced it was used: two hold this session, and one of them
    /// has stolen it. It has to end.
    case reused(LoginSession)
    /// There is none, it has expired, or the token never was one of it.
    case unknown
}

extension LoginSession {
    /// Puts the next token in the place of the one that is shown. Shown once more while the next has not been
    /// used it is taken again: its answer was lost on the way. If it was not, and somebody else holds the
    /// next, that one shows it later, and the theft is found then.
    package func refreshed(
        by shown: ShownToken, next: Digest, now: Timestamp, expiresAt: Timestamp
    ) -> Refreshing {
        guard kind == .device, self.expiresAt > now, shown.family == tokens.family else { return .unknown }
        var session = self
        switch shown.secret {
        case tokens.current: session.tokens.previous = tokens.current
        case tokens.previous: break
        default: return .reused(self)
        }
        session.tokens.current = next
        session.lastSeenAt = max(now, lastSeenAt)
        session.expiresAt = expiresAt
        return .renewed(session)
    }

    /// Neither void by its epoch nor expired.
    package func isGood(epoch: UInt32, now: Timestamp) -> Bool { self.epoch == epoch && expiresAt > now }

    /// Whether it is there still to make this key, for the same person under the same password.
    package func mayMake(_ key: LoginSession) -> Bool {
        kind == .device && person == key.person && isGood(epoch: key.epoch, now: key.createdAt)
    }

    /// What its owner may call it: nothing that another reader's terminal would obey. May be empty.
    package static func isName(_ text: String, limits: Limits) -> Bool {
        text.utf8.count <= limits.sessionNameBytes
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
                // The joiner is what families of emoji are written with.
                case .format: scalar == "\u{200d}"
                default: true
                }
            }
    }

    private static let seenInterval = Duration.seconds(3_600)

    /// The same, seen no earlier than any of these: where the clock was set back, whoever comes now is not
    /// the one seen longest ago, who gives way to the next.
    package func seenNoEarlier(than others: [LoginSession]) -> LoginSession {
        var session = self
        session.lastSeenAt = others.map(\.lastSeenAt).reduce(lastSeenAt) { max($0, $1) }
        return session
    }

    /// Notes that the session was used; false when that is known well enough, so that a login by a key costs
    /// a sync once an hour.
    package mutating func see(at now: Timestamp) -> Bool {
        guard now >= lastSeenAt.advanced(by: Self.seenInterval) else { return false }
        lastSeenAt = now
        return true
    }

    /// Whether this is the token of a key.
    package func isOpened(by shown: ShownToken, now: Timestamp) -> Bool {
        kind == .key && expiresAt > now && shown.family == tokens.family && shown.secret == tokens.current
    }
}
