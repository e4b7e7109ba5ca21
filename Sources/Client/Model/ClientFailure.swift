package import Wire

/// Why a client gave up. Nothing follows it.
package enum ClientFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// No connection within the client's patience; the last reason.
    case unreachable(String)
    /// Whoever judges the server's identity refused it, or its proof is false.
    case distrusted(String)
    case loginRefused(RefusalNotice)
    /// The login is another person's than was expected.
    case somebodyElse(expected: String, found: String)
    /// The server ended the connection for good.
    case disconnected(Disconnection)

    package var description: String {
        switch self {
        case .unreachable(let reason): "the server is not reachable: \(reason)"
        case .distrusted(let reason): "the server is not trusted: \(reason)"
        case .loginRefused(let refusal): "the login was refused: \(refusal.text)"
        case .somebodyElse(let expected, let found):
            "the login is \(found)'s, and not \(expected)'s: nothing was asked or sent"
        case .disconnected(let farewell): "the server closed the connection: \(farewell.text)"
        }
    }
}
