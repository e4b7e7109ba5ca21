import Chat
import Wire

/// Whom a client talks to and who it says it is, across all its connections: which server was found to be the
/// right one, the token that it gave, and which login comes next. Knows no connection and no time.
struct Entrance {
    private var logins: [Authentication]
    /// The last that proved who it is.
    private(set) var server: VerifiedServer?
    private var judged: Digest?
    /// The one to ask the server for: what was judged last, or known before.
    private(set) var known: KnownIdentity?
    /// Somebody was asked whether it is the right one, and has not answered.
    private(set) var awaitsJudgement = false
    private var token: String?
    /// Which of the logins was tried last; `nil` while the token is tried.
    private var attempt: Int?
    /// Why this connection's first login was refused: the later ones are only there in case it holds no more.
    private(set) var refusal: RefusalNotice?

    init(logins: [Authentication], known: KnownIdentity? = nil) {
        self.logins = logins
        self.known = known
    }

    // MARK: trust

    /// A server has proved who it is. False when somebody has to judge it first.
    mutating func identified(_ server: VerifiedServer) -> Bool {
        self.server = server
        awaitsJudgement = judged != server.fingerprint
        return !awaitsJudgement
    }

    /// It is the right one. `logins`, unless empty, count from now on. False when nobody had asked.
    mutating func trust(logins: [Authentication]) -> Bool {
        guard awaitsJudgement, let server else { return false }
        if !logins.isEmpty { self.logins = logins }
        precondition(!self.logins.isEmpty, "a client must be able to say who it is")
        awaitsJudgement = false
        judged = server.fingerprint
        known = KnownIdentity(fingerprint: server.fingerprint, number: server.number)
        return true
    }

    // MARK: login

    /// What to say first.
    mutating func begin() -> Authentication {
        if let token {
            attempt = nil
            return .token(token)
        }
        attempt = 0
        return logins[0]
    }

    mutating func accepted(_ login: Login) {
        if let given = login.token { token = given }
    }

    /// What to say next; `nil` when there is no more to say.
    mutating func refused(_ refusal: RefusalNotice) -> Authentication? {
        // The token that the server gave has expired or was revoked: the password still counts.
        if attempt == nil { token = nil } else { self.refusal = self.refusal ?? refusal }
        let next = attempt.map { $0 + 1 } ?? 0
        guard next < logins.count else { return nil }
        attempt = next
        return logins[next]
    }

    mutating func connectionLost() {
        attempt = nil
        refusal = nil
    }
}
