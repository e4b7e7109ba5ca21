import Chat
import Native

/// One choice of the operator's: its path, what it may be, what it means, and where it lands.
package struct ConfigurationKey: Sendable {
    package enum Rule: Hashable, Sendable {
        case integer(ClosedRange<Int>)
        case flag
        case choice([String])
        case text(TextRule)
    }

    package enum TextRule: Hashable, Sendable {
        /// A DNS name or an IP address; or empty.
        case hostOrEmpty
        /// `https://HOST` with a port or without; or empty.
        case serverURLOrEmpty
        case address
        /// `192.0.2.0/24, 2001:db8::1`; or empty.
        case networksOrEmpty
        /// An issuer of OpenID Connect: `https://HOST/PATH`.
        case issuer
        /// One line of printable text, 1,024 bytes at most; or empty.
        case line
        /// An absolute path; or empty.
        case pathOrEmpty
    }

    /// A value as the rule allows it; the kind is always the rule's.
    package enum Value: Hashable, Sendable {
        case integer(Int)
        case flag(Bool)
        case text(String)
    }

    /// `listen.port`: words without an underscore, two of them; three for what belongs to one provider.
    package let path: String
    package let rule: Rule
    /// One sentence or two, for `config schema` and Config/README.md.
    package let summary: String
    package let read: @Sendable (Configuration) -> Value
    package let write: @Sendable (inout Configuration, Value) -> Void

    /// The same key in the environment: `SECURECHAT_LISTEN_PORT`.
    package var environmentName: String {
        Self.environmentPrefix + path.uppercased().replacing(".", with: "_")
    }

    package static let environmentPrefix = "SECURECHAT_"

    /// In the order in which they are shown.
    package static let all: [ConfigurationKey] = addressKeys + storageKeys + limitKeys + rateKeys

    package static func named(_ path: String) -> ConfigurationKey? {
        all.first { $0.path == path } ?? ofProviders(in: path)
    }
}

// MARK: - The keys

extension ConfigurationKey {
    private static let addressKeys: [ConfigurationKey] = [
        .text(
            "server.name", .hostOrEmpty, \.serverName,
            "The server's DNS name or address, in its certificate and in links. Empty: this machine's name."
        ),
        .text(
            "server.url", .serverURLOrEmpty, \.serverURL,
            "Where people reach the server, if not at server.name and listen.port: https://HOST:PORT."
        ),
        .text(
            "listen.address", .address, \.listenAddress,
            "Where to listen. \"0.0.0.0\": all of IPv4; \"::\": IPv6 too; \"127.0.0.1\": this machine only."
        ),
        .integer(
            "listen.port", 0...65_535, \.listenPort,
            "The one public port. 0: any free one, for tests; the server says at its start which."),
        .integer(
            "listen.loops", 0...256, \.loops,
            "How many event loops share the connections. 0: one for each processor."),
        .flag(
            "listen.pin", \.pinsLoops,
            "Whether each event loop stays on a processor of its own."),
        .text(
            "listen.trustedProxies", .networksOrEmpty, \.trustedProxies,
            "Proxies that may end TLS for clients that bind it: \"10.0.0.5, 10.1.0.0/16\". Empty: none may."),
        .flag(
            "sealing.required", \.requiresSealing,
            "Whether clients must seal their frames inside TLS, so that what ends TLS cannot read them."),
    ]

    private static let storageKeys: [ConfigurationKey] = [
        .choice(
            "storage.backend", \.backend,
            "Where the chat is kept. embedded: in the data directory. memory: nowhere; only with serve --dev."
        ),
        .integer(
            "history.keepDays", 0...36_500, \.retention.days,
            "Days after which what was said is removed, in every room; a room's own may be fewer. 0: never."),
        .integer(
            "history.keepEvents", 0...1_000_000_000, \.retention.events,
            "Events of each room that are kept, the last ones; older ones are removed. 0: all."),
        .flag(
            "search.enabled", \.isSearchable,
            "Whether people can search their rooms. false: there is no index, and it is removed at the start."
        ),
        .integer(
            "disk.reserveMegabytes", 0...1_048_576, \.limits.diskReserveMegabytes,
            "MiB of the disk that messages leave free for administration; a twentieth of it at most. 0: none."
        ),
        .integer(
            "memory.limit", 0...16_777_216, \.limits.memoryMegabytes,
            "MiB of memory that the server keeps to. 0: three fifths of the machine's or control group's."
        ),
        .choice(
            "log.level", \.logLevel,
            "The least severe level that is logged."),
        .integer(
            "snapshots.everyHours", 0...8_760, \.snapshotHours,
            "Hours between two snapshots that the server makes by itself, each verified. 0: it makes none."),
        .integer(
            "snapshots.daily", 0...366, \.snapshotRetention.daily,
            "Of how many days the newest snapshot is kept in the data directory."),
        .integer(
            "snapshots.weekly", 0...520, \.snapshotRetention.weekly,
            "Of how many weeks."),
        .integer(
            "snapshots.monthly", 0...1_200, \.snapshotRetention.monthly,
            "Of how many months."),
        .text(
            "snapshots.encryptTo", .pathOrEmpty, \.snapshotRecipient,
            "A public key, PEM: these are encrypted to it and hold the private keys. Empty: neither."),
    ]

    private static let limitKeys: [ConfigurationKey] = [
        .integer(
            "limits.connections", 1...1_000_000, \.limits.connections,
            "Connections at one time. Each idle one costs about 20 KiB of memory."),
        .integer(
            "limits.connectionsPerAddress", 1...1_000_000, \.limits.connectionsFromOneAddress,
            "Connections at one time from one address (of IPv6: from one /64)."),
        .integer(
            "limits.unauthenticated", 1...1_000_000, \.limits.unauthenticatedConnections,
            "Connections at one time whose people have not logged in yet."),
        .seconds(
            "limits.idleSeconds", 20...86_400, \.limits.idleDeadline,
            "A connection from which nothing came for so long is closed. Clients know it, and ping in time."
        ),
        .seconds(
            "limits.drainSeconds", 1...600, \.limits.drainDeadline,
            "How long a server that stops lets its connections finish."),
        .seconds(
            "limits.sessionSeconds", 60...31_536_000, \.limits.sessionLifetime,
            "How long a login lasts before the password is asked for again."),
        .seconds(
            "limits.inviteSeconds", 60...2_592_000, \.limits.inviteLifetime,
            "How long an invitation's link is good for."),
        .integer(
            "limits.bodyBytes", 1_024...524_288, \.limits.bodyBytes,
            "The longest message, in bytes."),
        .integer(
            "limits.people", 1...1_000_000, \.limits.people,
            "How many people there may be."),
        .integer(
            "limits.rooms", 1...1_000_000, \.limits.rooms,
            "How many rooms there may be."),
        .integer(
            "limits.members", 2...100_000, \.limits.membersOfARoom,
            "How many people may be in one room."),
    ]
}

// MARK: - How a kind of key reads and writes

extension ConfigurationKey {
    typealias Place<Value> = any WritableKeyPath<Configuration, Value> & Sendable

    static func integer(
        _ path: String, _ range: ClosedRange<Int>, _ place: Place<Int>, _ summary: String
    ) -> Self {
        Self(path: path, rule: .integer(range), summary: summary) {
            .integer($0[keyPath: place])
        } write: { configuration, value in
            guard case .integer(let value) = value else { mismatch(path) }
            configuration[keyPath: place] = value
        }
    }

    private static func seconds(
        _ path: String, _ range: ClosedRange<Int>, _ place: Place<Duration>, _ summary: String
    ) -> Self {
        Self(path: path, rule: .integer(range), summary: summary) {
            .integer(Int($0[keyPath: place].components.seconds))
        } write: { configuration, value in
            guard case .integer(let value) = value else { mismatch(path) }
            configuration[keyPath: place] = .seconds(value)
        }
    }

    static func flag(_ path: String, _ place: Place<Bool>, _ summary: String) -> Self {
        Self(path: path, rule: .flag, summary: summary) {
            .flag($0[keyPath: place])
        } write: { configuration, value in
            guard case .flag(let value) = value else { mismatch(path) }
            configuration[keyPath: place] = value
        }
    }

    private static func text(
        _ path: String, _ rule: TextRule, _ place: Place<String>, _ summary: String
    ) -> Self {
        Self(path: path, rule: .text(rule), summary: summary) {
            .text($0[keyPath: place])
        } write: { configuration, value in
            guard case .text(let value) = value else { mismatch(path) }
            configuration[keyPath: place] = value
        }
    }

    private static func choice<Choice>(
        _ path: String, _ place: Place<Choice>, _ summary: String
    ) -> Self where Choice: CaseIterable & RawRepresentable & Sendable, Choice.RawValue == String {
        Self(path: path, rule: .choice(Choice.allCases.map(\.rawValue)), summary: summary) {
            .text($0[keyPath: place].rawValue)
        } write: { configuration, value in
            guard case .text(let text) = value, let choice = Choice(rawValue: text) else { mismatch(path) }
            configuration[keyPath: place] = choice
        }
    }

    private static func mismatch(_ path: String) -> Never {
        preconditionFailure("ConfigurationKey \(path): a value that its rule did not let through")
    }
}
