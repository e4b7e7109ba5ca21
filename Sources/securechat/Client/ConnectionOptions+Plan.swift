import ArgumentParser
import Client
import Native
import Security
import Wire

/// What the options come to.
struct ConnectionRequest {
    let endpoint: Endpoint
    let plan: ConnectionPlan
    let configuration: ClientConfiguration
    /// Who asks; for a password it may ask the person, and blocks.
    let credentials: Credentials
    let policy: TrustPolicy
    /// Where pins are kept; `nil` for a person without a home.
    let knownServers: String?

    /// Where is kept what the server gave this device: beside the pins.
    var knownDevices: String? { knownServers.map { Files.directory(of: $0) + "/known_devices" } }

    /// Asks for the password if need be. Blocks. With what this device was given at an earlier login: a file
    /// that cannot be read makes it a stranger's.
    func logins(_ offer: (ProviderOffer, ServerID)?) throws -> [Authentication] {
        let known = knownDevices.flatMap { try? KnownDevices(path: $0) }
        return try credentials.logins(offer).map { login in
            guard case .password(let user, let password, _, let code) = login else { return login }
            let device = known?.device(of: user, at: endpoint)
            return .password(user: user, password: password, device: device, code: code)
        }
    }
}

extension ConnectionOptions {
    private static let most = 1_024 * 1_024

    /// Reads files, finds the server's addresses. Blocks.
    func request() throws -> ConnectionRequest {
        guard let endpoint = try endpoint() else {
            throw ValidationError("Say where the server is: --server HOST:PORT, or --link URL.")
        }
        let path = Self.knownServersPath
        let policy = try policy(endpoint: endpoint, path: path)
        let credentials = try Credentials(self)
        var configuration = ClientConfiguration(agent: "securechat-cli", logins: [])
        configuration.expectedName = user
        configuration.knownIdentity = policy.knownIdentity
        configuration.asksProviders = sso != nil
        configuration.asksForCode = Terminal.isThere()
        configuration.firstPatience = .seconds(patience ?? 5)
        configuration.patience = .seconds(patience ?? 120)
        return ConnectionRequest(
            endpoint: endpoint, plan: try plan(endpoint, policy: policy), configuration: configuration,
            credentials: credentials, policy: policy, knownServers: path)
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
        if let path {
            let servers = try KnownServers(path: path)
            policy.known = servers.fingerprint(of: endpoint)
            policy.knownNumber = servers.number(of: endpoint)
        }
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
}
