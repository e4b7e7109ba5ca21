import Chat
import Wire

/// Whom a client talks to and who it says it is, across all its connections: which server was found to be the
/// right one, the tokens that it gave, and which login comes next. Knows no connection and no time but the
/// server's own.
struct Entrance {
    private enum Attempt: Equatable {
        case access
        case refresh
        case login(Int)
    }

    private var logins: [Authentication]
    /// The last that proved who it is.
    private(set) var server: VerifiedServer?
    private var judged: Digest?
    /// The one to ask the server for: what was judged last, or known before.
    private(set) var known: KnownIdentity?
    /// Somebody was asked whether it is the right one, and has not answered.
    private(set) var awaitsJudgement = false
    /// Somebody was asked for a code of the second factor, and has not answered.
    private(set) var awaitsCode = false
    /// The login goes on with a person's word only, however long that takes.
    var awaitsPerson: Bool { awaitsJudgement || awaitsCode }
    /// Good for a while, as often as is needed.
    private var access: (token: String, expires: Timestamp)?
    /// Good once; shown again when the answer was lost, which the server understands.
    private var refresh: String?
    private var attempt: Attempt?
    /// Why this connection's first login was refused: the later ones are only there in case it holds no more.
    private(set) var refusal: RefusalNotice?

    init(logins: [Authentication], known: KnownIdentity? = nil) {
        self.logins = logins
        self.known = known
    }

    // MARK: trust

    /// A server was found to be the right one.
    var hasJudged: Bool { judged != nil }

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
        if let access, let now = server?.offer.time, access.expires <= now { self.access = nil }
        return next(after: nil) ?? logins[0]
    }

    mutating func accepted(_ login: Login) {
        // A code lets in once, and so does a link: it would only be one of the three tries that the server
        // allows.
        let lasting = logins.filter { !$0.isLink }
        logins = (lasting.isEmpty ? logins : lasting).map { $0.with(code: nil) }
        guard let given = login.tokens else { return }
        access = (given.access, given.accessExpires)
        refresh = given.refresh
    }

    /// What to say next; `nil` when there is no more to say.
    mutating func refused(_ refusal: RefusalNotice) -> Authentication? {
        switch attempt {
        // A token that the server gave has expired or was revoked: the password still counts.
        case .access: access = nil
        case .refresh: (access, refresh) = (nil, nil)
        case .login, nil: self.refusal = self.refusal ?? refusal
        }
        return next(after: attempt)
    }

    /// A code is to be asked for. False for an attempt that takes none.
    mutating func refusedForCode() -> Bool {
        guard case .login = attempt else { return false }
        awaitsCode = true
        return true
    }

    /// Somebody has typed it. False when nobody was asked.
    mutating func take(code: String) -> Bool {
        guard awaitsCode else { return false }
        awaitsCode = false
        logins = logins.map { $0.with(code: code) }
        return true
    }

    /// What was said last, now with the code; on a new connection the first.
    mutating func again() -> Authentication {
        guard case .login(let number) = attempt else { return begin() }
        return logins[number]
    }

    mutating func connectionLost() {
        attempt = nil
        refusal = nil
    }

    private mutating func next(after last: Attempt?) -> Authentication? {
        if let access, last == nil {
            attempt = .access
            return .token(access.token)
        }
        if let refresh, last == nil || last == .access {
            attempt = .refresh
            return .token(refresh)
        }
        let number = if case .login(let number) = last { number + 1 } else { 0 }
        guard number < logins.count else { return nil }
        attempt = .login(number)
        return logins[number]
    }
}
