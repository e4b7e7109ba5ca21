import Chat

/// How often things may happen: these take effect while the server runs, and so does how long what was said
/// is kept.
extension ConfigurationKey {
    /// Whether a changed value counts from the next reload on; all others wait for a restart.
    package var isLive: Bool {
        section == "history" || Self.rateKeys.contains { $0.path == path }
    }

    static let rateKeys: [ConfigurationKey] = [
        .flag(
            "limits.enabled", \.limits.rates.isEnabled,
            "Whether the limits on how often, from here on, hold. Sizes and counts hold in any case."),
        rate(
            "limits.addressConnections", \.limits.rates.connectionsOfAnAddress.amount,
            "New connections of one address (of IPv6: one /64) in a minute."),
        rate(
            "limits.addressHandshakes", \.limits.rates.handshakesOfAnAddress.amount,
            "TLS handshakes of one address in a minute."),
        rate(
            "limits.addressLogins", \.limits.rates.loginsOfAnAddress.amount,
            "Failed logins of one address in an hour."),
        rate(
            "limits.accountLogins", \.limits.rates.loginsOfAnAccount.amount,
            "Failed logins at one account in an hour, from devices that are not known to it."),
        rate(
            "limits.deviceLogins", \.limits.rates.loginsOfADevice.amount,
            "Failed logins of one known device in an hour."),
        rate(
            "limits.connectionMessages", \.limits.rates.messagesOfAConnection.amount,
            "Messages and changes of one connection in a minute."),
        rate(
            "limits.accountMessages", \.limits.rates.messagesOfAnAccount.amount,
            "Messages and changes of one person in a minute."),
        rate(
            "limits.roomMessages", \.limits.rates.messagesOfARoom.amount,
            "Messages into one room in a minute."),
        rate(
            "limits.connectionBytes", \.limits.rates.bytesOfAConnection.amount,
            "Bytes of messages of one connection in a minute."),
        rate(
            "limits.accountBytes", \.limits.rates.bytesOfAnAccount.amount,
            "Bytes of messages of one person in a minute."),
        rate(
            "limits.roomBytes", \.limits.rates.bytesOfARoom.amount,
            "Bytes of messages into one room in a minute."),
        rate(
            "limits.connectionReads", \.limits.rates.readsOfAConnection.amount,
            "Pages of history, lists and subscriptions of one connection in a minute."),
        rate(
            "limits.accountReads", \.limits.rates.readsOfAnAccount.amount,
            "Pages of history, lists and subscriptions of one person in a minute."),
        rate(
            "limits.connectionSearches", \.limits.rates.searchesOfAConnection.amount,
            "Pages of searches of one connection in a minute."),
        rate(
            "limits.accountSearches", \.limits.rates.searchesOfAnAccount.amount,
            "Pages of searches of one person in a minute."),
    ]

    private static func rate(_ path: String, _ place: Place<Int>, _ summary: String) -> Self {
        .integer(path, 0...Rate.mostAmount, place, summary + " 0: no limit.")
    }
}
