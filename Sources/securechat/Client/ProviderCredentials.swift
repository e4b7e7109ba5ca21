import Chat
import Client
import Native
import Security
import Wire

/// A login by an identity provider, as the options say it. Blocks while somebody logs in elsewhere.
struct ProviderCredentials {
    private let name: String
    /// An access token of the provider's, for programs.
    private let token: String?
    private let way: ProviderSignIn.Way
    private let authorities: String?
    private let allowsLoopback: Bool

    /// `nil` without `--sso`.
    init?(_ options: ConnectionOptions) {
        guard let name = options.sso else { return nil }
        self.name = name
        token = CurrentProcess.environment["SECURECHAT_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        way = options.device ? .device : .browser(port: options.ssoPort)
        authorities = options.ssoCa
        allowsLoopback = options.ssoLoopback
    }

    func login(_ offer: (ProviderOffer, ServerID)?) throws -> ProviderLogin {
        if let token { return ProviderLogin(name: name, token: .access(token)) }
        guard let (offer, server) = offer else {
            throw ClientExit(.failed, "the server does not say which identity providers it has")
        }
        let signIn = ProviderSignIn(
            by: way, source: HTTPClient(), authorities: authorities, allowsLoopback: allowsLoopback
        ) { Console.complain($0) }
        do throws(ProviderSignIn.Failure) {
            return try signIn.login(name, offer: offer, server: server)
        } catch {
            throw ClientExit(.failed, "\(error)")
        }
    }
}
