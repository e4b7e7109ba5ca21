/// How somebody proves who they are.
package enum Authentication: Hashable, Sendable {
    /// With what an earlier login of the person on this device was given, and a code of the person's second
    /// factor; `nil`: nothing.
    case password(user: String, password: String, device: String? = nil, code: String? = nil)
    /// An access token of an earlier login.
    case token(String)
    /// Redeems a link's token and sets the person's password.
    case invite(token: String, newPassword: String, code: String? = nil)
    /// Comes by a link that is open to new people: makes the person of this name.
    case newcomer(token: String, name: String, newPassword: String)
    /// By what an identity provider says.
    case provider(ProviderLogin)

    /// Whether it lets somebody in once: what follows it counts from then on.
    package var isLink: Bool {
        switch self {
        case .invite, .newcomer: true
        case .password, .token, .provider: false
        }
    }

    /// The same with another code of the second factor, or none. Tokens, providers and who is new need
    /// none.
    package func with(code: String?) -> Authentication {
        switch self {
        case .password(let user, let password, let device, _):
            .password(user: user, password: password, device: device, code: code)
        case .token, .provider, .newcomer: self
        case .invite(let token, let newPassword, _):
            .invite(token: token, newPassword: newPassword, code: code)
        }
    }
}
