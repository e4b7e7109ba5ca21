/// The identity providers that a server lets people log in by, and its part in the nonce of one login.
package struct ProviderOffer: Hashable, Sendable {
    package static let challengeBytes = 40
    package static let mostProviders = 8

    package struct Provider: Hashable, Sendable {
        /// What `ProviderLogin` names it by.
        package let name: String
        package let issuer: String
        package let client: String
        /// With blanks between.
        package let scopes: String

        package init(name: String, issuer: String, client: String, scopes: String) {
            self.name = name
            self.issuer = issuer
            self.client = client
            self.scopes = scopes
        }
    }

    package let providers: [Provider]
    package let challenge: [UInt8]

    package init(providers: [Provider], challenge: [UInt8]) {
        self.providers = providers
        self.challenge = challenge
    }
}

/// What an identity provider says of who logs in.
package struct ProviderLogin: Hashable, Sendable {
    package enum Token: Hashable, Sendable {
        case identity(String)
        case access(String)
    }

    package let name: String
    package let token: Token
    /// The server's part in the nonce and the client's, as `ProviderOffer` and chance gave them; empty with
    /// an access token.
    package let challenge: [UInt8]
    package let verifier: [UInt8]

    package init(name: String, token: Token, challenge: [UInt8] = [], verifier: [UInt8] = []) {
        self.name = name
        self.token = token
        self.challenge = challenge
        self.verifier = verifier
    }
}
