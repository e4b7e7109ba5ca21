package import Chat
package import Security
import Synchronization

/// The access tokens of this process: made and read here, and the sessions whose tokens are void before they
/// expire. Any thread.
///
/// Nothing of it outlives the process (ADR 12).
package final class AccessTokens: Sendable {
    private struct State {
        var keys: AccessTokenKeys
        /// Until when a token of these sessions could still be good.
        var withdrawn: [LoginSessionID: Timestamp] = [:]
    }

    private let lifetime: Duration
    private let mostWithdrawn: Int
    /// Lock tier 8: a leaf, held for one look-up or one signature.
    private let state: Mutex<State>

    package init(limits: Limits) {
        lifetime = limits.accessTokenLifetime
        mostWithdrawn = limits.withdrawnSessions
        state = Mutex(State(keys: AccessTokenKeys()))
    }

    /// Of a device alone: an access token has no scopes, and would be worth more than the key it came from.
    package func make(from session: LoginSession, now: Timestamp) -> (text: String, expiresAt: Timestamp) {
        precondition(session.kind == .device, "AccessTokens.make: an access token from a program's key")
        let token = AccessToken(
            person: session.person, session: session.id, epoch: session.epoch, issuedAt: now,
            expiresAt: min(now.advanced(by: lifetime), session.expiresAt))
        let keys = state.withLock { $0.keys }
        return (keys.sign(token), token.expiresAt)
    }

    /// - Throws: why it is not believed; `.revoked` when its session was withdrawn.
    package func read(_ text: String, now: Timestamp) throws(TokenFault) -> AccessToken {
        let keys = state.withLock { $0.keys }
        let token = try keys.read(text, now: now)
        guard !isWithdrawn(token.session) else { throw .revoked }
        return token
    }

    package func isWithdrawn(_ session: LoginSessionID) -> Bool {
        state.withLock { $0.withdrawn[session] != nil }
    }

    /// Voids the access tokens of a session that has just been closed.
    package func withdraw(_ session: LoginSessionID, now: Timestamp) {
        state.withLock { state in
            if state.withdrawn.count >= mostWithdrawn {
                state.withdrawn = state.withdrawn.filter { $0.value > now }
            }
            if state.withdrawn.count >= mostWithdrawn {
                // Too many to remember: all are void, and everybody shows the token of the session instead.
                state.keys = state.keys.rotated().rotated()
                state.withdrawn = [:]
            } else {
                state.withdrawn[session] = now.advanced(by: lifetime + .seconds(TokenClaims.leeway))
            }
        }
    }

    /// Signs by a new key from now on. Not more often than tokens live.
    package func rotate() { state.withLock { $0.keys = $0.keys.rotated() } }
}
