package import Chat

/// A program's key that was made: the secret, told this once, and what it is listed as.
package struct KeyReceipt: Hashable, Sendable {
    package let token: String
    package let session: LoginSessionID
    package let expiresAt: Timestamp

    package init(token: String, session: LoginSessionID, expiresAt: Timestamp) {
        self.token = token
        self.session = session
        self.expiresAt = expiresAt
    }
}
