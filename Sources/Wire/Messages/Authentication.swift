/// How somebody proves who they are.
package enum Authentication: Hashable, Sendable {
    /// With what an earlier login of the person on this device was given; `nil`: nothing.
    case password(user: String, password: String, device: String? = nil)
    /// An access token of an earlier login.
    case token(String)
    /// Redeems a link's token and sets the person's password.
    case invite(token: String, newPassword: String)
    /// By what an identity provider says.
    case provider(ProviderLogin)
}
