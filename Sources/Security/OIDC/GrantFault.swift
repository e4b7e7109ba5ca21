import Native

/// Why somebody could not log in at a provider, for who sits before the terminal.
package enum GrantFault: Error, Hashable, Sendable, CustomStringConvertible {
    case provider(ProviderFault)
    /// It offers no such way to log in.
    case notOffered
    /// The redirect is not the answer to this request: another state, a second one, or no query of ours.
    case foreignRedirect
    /// The redirect was another provider's (RFC 9207).
    case mixUp
    /// The provider's own word, as its error codes are (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5).
    case refused(String)
    /// Nobody finished it in time.
    case expired

    package var description: String {
        switch self {
        case .provider(let fault): "the provider does not answer as it must (\(fault.name))"
        case .notOffered: "the provider does not offer this way to log in"
        case .foreignRedirect: "a redirect came that is no answer to this login"
        case .mixUp: "the redirect came from another provider than the one that was asked"
        case .refused(let code): "the provider refused it: \(code)"
        case .expired: "it was not finished in time"
        }
    }

    /// An error code is short and has no blanks or control characters; what else came is not repeated.
    init(code: String) {
        let isPlain =
            (1...64).contains(code.utf8.count) && code.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        self = .refused(isPlain ? code : "for a reason that cannot be shown")
    }
}
