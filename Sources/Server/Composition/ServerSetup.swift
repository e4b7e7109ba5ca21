import Chat
import Native
package import Security

/// What `init` does: makes a server's directory with its keys and stores, the first administrator, and their
/// link. On the calling thread, for seconds.
package struct ServerSetup {
    package let link: InviteLink
    package let serverName: String

    /// A crash at any moment leaves a directory that the same call completes.
    package init(
        directory: DataDirectory, configuration: Configuration, administrator: String,
        identityBits: Int = IdentityKey.defaultBits
    ) throws {
        // Found out before anything is made.
        guard Name(administrator, maxScalars: configuration.limits.nameScalars) != nil else {
            throw SetupError(description: "\"\(administrator)\" is no name that a person can have")
        }
        let name = configuration.serverName.isEmpty ? MachineName.current() : configuration.serverName
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        serverName = name
        // People may reach it by another name than its own: the certificate is for both.
        let publicName = Endpoint(url: configuration.serverURL)?.host
        let names = publicName.map { $0 == name ? [name] : [name, $0] } ?? [name]
        let costs = PasswordCosts.calibrated { costs in
            let start = MonotonicClock.now()
            _ = PasswordHash(of: "a password of usual length", costs: costs)
            return .nanoseconds(MonotonicClock.now().nanoseconds - start.nanoseconds)
        }
        link = try directory.create(
            names: names, identityBits: identityBits, passwordCosts: costs, now: now
        ) { keys in
            let factory = Composition.embedded(
                in: directory, auditKey: keys.audit, isNew: true, limits: configuration.limits)
            let events = try factory.openEvents()
            let offline = try OfflineAdministration(
                events: events, sessions: try factory.openSessions(), audit: factory.audit,
                limits: configuration.limits)
            let token = try Self.invite(administrator, offline)
            try offline.close()
            try events.close()
            return InviteLink(
                endpoint: try Self.endpoint(configuration, serverName: name), token: token,
                fingerprint: Fingerprint(publicKey: keys.identity.publicKey), user: administrator)
        }
    }

    /// The link of a later invite.
    package static func link(
        directory: DataDirectory, endpoint: Endpoint, token: String, user: String?
    ) throws -> InviteLink {
        let keys = try ServerKeys.load(from: directory)
        return InviteLink(
            endpoint: endpoint, token: token, fingerprint: Fingerprint(publicKey: keys.identity.publicKey),
            user: user)
    }

    /// Where a server on this directory will be reached, if it is started with this configuration.
    package static func endpoint(
        directory: DataDirectory, configuration: Configuration
    ) throws -> Endpoint {
        let name = configuration.serverName
        return try endpoint(
            configuration, serverName: name.isEmpty ? directory.readMarker().serverName : name)
    }

    /// - Parameter port: the one that a running server listens on; `nil` for the configured one.
    static func endpoint(
        _ configuration: Configuration, serverName: String, port: UInt16? = nil
    ) throws(SetupError) -> Endpoint {
        if let endpoint = Endpoint(url: configuration.serverURL) { return endpoint }
        guard Endpoint.isHost(serverName) else {
            throw SetupError(description: "server.name: \(serverName) is no name that clients can connect to")
        }
        return Endpoint(host: serverName, port: port ?? UInt16(configuration.listenPort))
    }

    /// An `init` that was interrupted may have added the administrator already.
    private static func invite(_ name: String, _ offline: OfflineAdministration) throws -> String {
        let added = offline.perform(.addPerson(name: name, password: nil, isAdministrator: true))
        if case .refused(let code, let title, let detail) = added, code != RefusalCode.nameTaken.rawValue {
            throw SetupError(description: "\(title): \(detail)")
        }
        guard case .invite(let token, _, _) = offline.perform(.invite(person: name)) else {
            throw SetupError(description: "the administrator's invite could not be stored")
        }
        return token
    }
}

/// Why a server could not be set up. A value; any thread.
package struct SetupError: Error, CustomStringConvertible {
    package let description: String
}
