package import Chat

/// A session that was closed before it expired: its access tokens and its connections have to end.
package struct ClosedSession: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Its owner or an administrator wished it.
        case wish
        /// Another login took its place.
        case displaced
        /// A token of it came that had been replaced.
        case reuse
    }

    package let session: LoginSession
    package let reason: Reason

    /// What an operation closed.
    static func found(in operation: SessionOperation, _ answer: SessionAnswer) -> [ClosedSession] {
        switch (operation, answer) {
        case (.close, .session(let session?)): [ClosedSession(session: session, reason: .wish)]
        case (.open, .sessions(let sessions)):
            sessions.map { ClosedSession(session: $0, reason: .displaced) }
        case (.refresh, .refreshed(.reused(let session))):
            [ClosedSession(session: session, reason: .reuse)]
        default: []
        }
    }
}
