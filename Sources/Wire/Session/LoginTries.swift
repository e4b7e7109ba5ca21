import Chat

/// What was refused to one connection that wants to log in. A value of its session's.
struct LoginTries {
    private var wrong = 0
    private var early = 0

    /// Refusals that say something about the client, which is to say it otherwise: a few times.
    static func isTry(_ code: RefusalCode) -> Bool {
        switch code {
        case .wrongCredentials, .wrongCode, .invalidName, .nameTaken: true
        default: false
        }
    }

    /// What is refused because the server is busy says nothing about the client; that it asks again before
    /// its time, in the end does: each such login is looked at and recorded.
    mutating func add(_ code: RefusalCode) {
        if Self.isTry(code) { wrong += 1 }
        if code == .rateLimited { early += 1 }
    }

    /// `nil` when it may try again.
    func reasonToClose(_ limits: Limits) -> String? {
        if wrong >= limits.authenticationTries { return "\(limits.authenticationTries) wrong logins" }
        return early >= limits.authenticationWaits
            ? "\(limits.authenticationWaits) logins over the limit" : nil
    }
}
