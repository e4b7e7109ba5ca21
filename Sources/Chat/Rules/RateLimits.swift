/// How often things may happen: what people do by hand, and programs in reason, stays far below.
///
/// Part of `Limits`; may be changed while the server runs. An amount of 0 is no limit.
package struct RateLimits: Hashable, Sendable {
    private static let minute = Duration.seconds(60)
    private static let hour = Duration.seconds(3_600)
    private static let day = Duration.seconds(86_400)

    /// Whether there are any; the sizes and counts of `Limits` hold all the same.
    package var isEnabled = true

    // MARK: an address (of IPv6: a /64)
    package var connectionsOfAnAddress = Rate(6_000, per: minute)
    package var handshakesOfAnAddress = Rate(3_000, per: minute)
    /// Failed ones; a login that succeeds gives back what it took.
    package var loginsOfAnAddress = Rate(60, per: hour)

    // MARK: an account
    /// Failed ones of everybody who comes without a known device of the account.
    package var loginsOfAnAccount = Rate(20, per: hour)
    /// Failed ones of one known device.
    package var loginsOfADevice = Rate(20, per: hour)
    /// Wrong codes of a second factor, from everybody who is not on a known device of the account; and of one
    /// such device. They hold also where the others are switched off: without them six digits are no secret.
    package let codesOfAnAccount = Rate(10, per: day)
    package let codesOfADevice = Rate(10, per: day)
    package var messagesOfAnAccount = Rate(6_000, per: minute)
    package var bytesOfAnAccount = Rate(128 * 1_024 * 1_024, per: minute)
    package var readsOfAnAccount = Rate(6_000, per: minute)
    package var searchesOfAnAccount = Rate(600, per: minute)

    // MARK: a room
    package var messagesOfARoom = Rate(60_000, per: minute)
    package var bytesOfARoom = Rate(1_024 * 1_024 * 1_024, per: minute)

    // MARK: a connection
    package var messagesOfAConnection = Rate(3_000, per: minute)
    package var bytesOfAConnection = Rate(64 * 1_024 * 1_024, per: minute)
    package var readsOfAConnection = Rate(3_000, per: minute)
    package var searchesOfAConnection = Rate(300, per: minute)

    package init() {}
}
