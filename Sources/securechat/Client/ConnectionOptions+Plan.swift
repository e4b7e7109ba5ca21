import ArgumentParser
import Chat
import Client
import Native
import Security
import Wire

/// What the options come to.
struct ConnectionRequest {
    let endpoint: Endpoint
    let plan: ConnectionPlan
    let configuration: ClientConfiguration
    let policy: TrustPolicy
    /// Where pins are kept; `nil` for a person without a home.
    let knownServers: String?
}

extension ConnectionOptions {
    private static let most = 1_024 * 1_024

    /// Reads files, asks for the password if need be, finds the server's addresses. Blocks.
    func request() throws -> ConnectionRequest {
        guard let endpoint = try endpoint() else {
            throw ValidationError("Say where the server is: --server HOST:PORT, or --link URL.")
        }
        let path = Self.knownServersPath
        let policy = try policy(endpoint: endpoint, path: path)
        let logins = try logins(link: try parsedLink())
        var configuration = ClientConfiguration(agent: "securechat-cli", logins: logins)
        configuration.expectedName = user
        configuration.firstPatience = .seconds(patience ?? 5)
        configuration.patience = .seconds(patience ?? 120)
        return ConnectionRequest(
            endpoint: endpoint, plan: try plan(endpoint, policy: policy), configuration: configuration,
            policy: policy,
            knownServers: path)
    }

    private static var knownServersPath: String? {
        let environment = CurrentProcess.environment
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return "\(folder)/securechat/known_servers"
        }
        return environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.config/securechat/known_servers" }
    }

    private func policy(endpoint: Endpoint, path: String?) throws -> TrustPolicy {
        var policy = TrustPolicy()
        policy.acceptsNew = acceptNew
        policy.requiresVerification = ca != nil
        policy.pinsPath = path
        policy.expected = try expectedFingerprint()
        if let path { policy.known = try KnownServers(path: path).fingerprint(of: endpoint) }
        return policy
    }

    private func plan(_ endpoint: Endpoint, policy: TrustPolicy) throws -> ConnectionPlan {
        let addresses: [PeerAddress]
        do throws(Resolver.Failure) {
            addresses = try Resolver.resolve(endpoint.host, port: endpoint.port)
        } catch {
            throw ClientExit(.unreachable, "the server is not reachable: \(error)")
        }
        if let ca {
            let trust = TLSContext.Trust.file(try Files.read(ca, limit: Self.most))
            do throws(TLSError) {
                return try ConnectionPlan(addresses: addresses, host: endpoint.host, trust: trust)
            } catch {
                throw CommandFailure("--ca \(ca): no certificates in PEM form (\(error.detail))")
            }
        }
        // With a pin, the identity key is what counts, and the certificate says nothing more.
        if policy.expected != nil || policy.known != nil {
            return try ConnectionPlan(addresses: addresses, host: endpoint.host, trust: .unverified)
        }
        return try ConnectionPlan(addresses: addresses, host: endpoint.host, trust: .system, fallsBack: true)
    }

    // MARK: who asks

    private func logins(link: InviteLink?) throws -> [Authentication] {
        let name = user ?? link?.user
        if let link {
            if let user, let invited = link.user, Name.uniqueForm(of: user) != Name.uniqueForm(of: invited) {
                throw ValidationError("--user is \(user), and the link is for \(invited).")
            }
            let password = try password(for: name, isNew: true)
            let invite = Authentication.invite(token: link.token, newPassword: password)
            // A link that was used already still leads in, with the password that it set.
            return [invite] + (name.map { [.password(user: $0, password: password)] } ?? [])
        }
        let environment = CurrentProcess.environment
        if passwordFile == nil, let token = environment["SECURECHAT_TOKEN"], !token.isEmpty {
            return [.token(token)]
        }
        guard let name else { throw ValidationError("Say who you are: --user NAME.") }
        return [.password(user: name, password: try password(for: name, isNew: false))]
    }

    private func password(for name: String?, isNew: Bool) throws -> String {
        if let passwordFile { return try Password.read(file: passwordFile) }
        if let password = CurrentProcess.environment["SECURECHAT_PASSWORD"], !password.isEmpty {
            return password
        }
        let otherwise = "--password-file or $SECURECHAT_PASSWORD"
        return try isNew
            ? Password.askNew(for: name, otherwise: otherwise) : Password.ask(for: name, otherwise: otherwise)
    }
}
