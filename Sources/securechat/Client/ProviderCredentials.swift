import Chat
import Client
import Native
import Security
import Wire

/// A login by an identity provider, as the options say it. Blocks while somebody logs in elsewhere.
struct ProviderCredentials {
    private let name: String
    private enum Means {
        /// An access token of the provider's, for programs.
        case token(String)
        /// Somebody logs in there, and what it says is fetched.
        case signIn(HTTPClient)
    }

    private let means: Means
    private let way: ProviderSignIn.Way
    private let authorities: String?
    private let allowsLoopback: Bool

    /// `nil` without `--sso`.
    init?(_ options: ConnectionOptions) throws(HTTPUnavailable) {
        guard let name = options.sso else { return nil }
        self.name = name
        if let token = CurrentProcess.environment["SECURECHAT_TOKEN"], !token.isEmpty {
            means = .token(token)
        } else {
            means = .signIn(try HTTPClient())
        }
        way = options.device ? .device : .browser(port: options.ssoPort)
        authorities = options.ssoCa
        allowsLoopback = options.ssoLoopback
    }

    func login(_ offer: (ProviderOffer, ServerID)?) throws -> ProviderLogin {
        let client: HTTPClient
        switch means {
        case .token(let token): return ProviderLogin(name: name, token: .access(token))
        case .signIn(let made): client = made
        }
        guard let (offer, server) = offer else {
            throw ClientExit(.failed, "the server does not say which identity providers it has")
        }
        let signIn = ProviderSignIn(
            by: way, source: client, authorities: authorities, allowsLoopback: allowsLoopback
        ) { Console.complain($0) }
        do throws(ProviderSignIn.Failure) {
            return try signIn.login(name, offer: offer, server: server)
        } catch {
            throw ClientExit(.failed, "\(error)")
        }
    }
}
