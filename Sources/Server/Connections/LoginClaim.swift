import Wire

/// How somebody tried to prove who he is: of a secret only its kind. A value.
struct LoginClaim: Hashable, Sendable {
    let method: String
    /// The name that was given; nobody has proved it.
    let user: String?
    /// The identity provider that was named.
    let provider: String?

    init(_ authentication: Authentication) {
        switch authentication {
        case .password(let name, _, _, _): (method, user, provider) = ("password", name, nil)
        case .token: (method, user, provider) = ("token", nil, nil)
        case .invite: (method, user, provider) = ("invite", nil, nil)
        // The name is nobody's yet.
        case .newcomer: (method, user, provider) = ("newcomer", nil, nil)
        case .provider(let login): (method, user, provider) = ("provider", nil, login.name)
        }
    }
}
