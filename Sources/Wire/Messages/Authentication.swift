/// How somebody proves who they are.
package enum Authentication: Hashable, Sendable {
    case password(user: String, password: String)
    /// An access token of an earlier login.
    case token(String)
    /// Redeems a link's token and sets the person's password.
    case invite(token: String, newPassword: String)
    /// By what an identity provider says.
    case provider(ProviderLogin)
}
