/// Why a signed token is not believed. A client is told `wrong_credentials` for each of them.
package enum TokenFault: String, Error, Hashable, Sendable, CaseIterable {
    /// Longer than any token of ours or of a provider's.
    case tooLarge
    /// Not three parts of Base64, or JSON that is none.
    case malformed
    /// None, or one that is not allowed here: `none` and all with a shared secret among them.
    case algorithm
    /// It demands an extension that must be understood (`crit`).
    case extensions
    /// Signed by a key that nobody told of.
    case unknownKey
    case signature
    case issuer
    case audience
    /// A claim that is needed is missing or of another type.
    case claims
    case expired
    /// Its session was closed.
    case revoked
    /// Its `nbf` or `iat` lies in the future.
    case notYetValid
}
