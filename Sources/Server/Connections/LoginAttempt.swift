package import Native
package import Wire

/// Somebody wants to log in: how, from where, and when. A value.
package struct LoginAttempt: Hashable, Sendable {
    package let method: Authentication
    package let address: IPAddress
    package let now: Instant

    package init(_ method: Authentication, from address: IPAddress, now: Instant) {
        self.method = method
        self.address = address
        self.now = now
    }
}
