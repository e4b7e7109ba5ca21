import Wire

/// How somebody tried to prove who he is: of a secret only its kind. A value.
struct LoginClaim: Hashable, Sendable {
    let method: String
    /// The name that was given; nobody has proved it.
    let user: String?

    init(_ authentication: Authentication) {
        switch authentication {
        case .password(let name, _, _, _): (method, user) = ("password", name)
        case .token: (method, user) = ("token", nil)
        case .invite: (method, user) = ("invite", nil)
        }
    }
}
