package import Native

/// Why a provider, or what it says of somebody, is not believed. The name goes to the client and into the
/// audit log.
package enum ProviderFault: Error, Hashable, Sendable {
    case token(TokenFault)
    /// The provider did not give its keys in time, or not as it must.
    case http(HTTPFault)
    /// Another status than 200, a redirect among them.
    case status
    /// What it publishes is no JSON, or lacks what it must have.
    case document
    /// Its document is of another issuer (RFC 8414, section 3.3).
    case issuerDiffers
    /// It names an address that is not by TLS.
    case insecure
    /// The token is of another kind than was said: an access token for an ID token, or the reverse.
    case kind
    /// The token was made for another client (`azp`, `client_id`).
    case party
    /// It does not carry the nonce of this login.
    case nonce
    /// The login took too long: its challenge, or the token without one, is too old.
    case late
    /// The token or its challenge was used before.
    case used
    /// The person is not in the group whose members may log in.
    case group
    /// Asked too recently to ask again.
    case paused

    package var name: String {
        switch self {
        case .token(let fault): fault.rawValue
        case .http(let fault): fault.rawValue
        case .status: "status"
        case .document: "document"
        case .issuerDiffers: "issuerDiffers"
        case .insecure: "insecure"
        case .kind: "kind"
        case .party: "party"
        case .nonce: "nonce"
        case .late: "late"
        case .used: "used"
        case .group: "group"
        case .paused: "paused"
        }
    }

    /// Whether it is the provider's trouble and not the token's: the same may succeed later.
    package var mayPass: Bool {
        switch self {
        case .http, .status, .document, .issuerDiffers, .insecure, .paused: true
        case .token, .kind, .party, .nonce, .late, .used, .group: false
        }
    }
}
