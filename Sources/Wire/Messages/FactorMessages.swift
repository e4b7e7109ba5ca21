/// By what a person changes the own second factor.
package enum FactorCredential: Hashable, Sendable {
    /// Of the authenticator, or a recovery code.
    case code(String)
    case password(String)
}

/// A secret for an authenticator. It is shown to its person alone.
package struct FactorOffer: Hashable, Sendable {
    /// For an authenticator: `otpauth://totp/…`.
    package let uri: String
    /// The secret alone, in Base32, for somebody who types it.
    package let secret: String

    package init(uri: String, secret: String) {
        self.uri = uri
        self.secret = secret
    }
}
