package import Chat

extension DisconnectCode {
    /// What it means, in plain words.
    package var words: String {
        switch self {
        case .malformed: "it did not understand this client"
        case .frameTooLarge: "this client sent too much at once"
        case .unexpected: "this client sent what had no place there"
        case .unsupportedVersion: "the two speak no version of the protocol in common"
        case .authenticationFailed: "there were too many wrong logins"
        case .disabled: "this account is disabled"
        case .sessionRevoked: "the login was withdrawn or has expired: log in by password"
        case .tooManyRequests: "this client sent too many requests at once"
        case .sealingRequired: "the server speaks to clients that seal their frames only"
        case .bindingMismatch:
            "TLS does not end in the server: somebody may stand between you and it. If it is a proxy of the "
                + "operator's, the server must be told (listen.trustedProxies)"
        case .rekeyTooOften: "this client changed its keys too often"
        case .sealBroken: "what arrived was not what was sent: something on the way changed it"
        case .rekeyOverdue: "the keys of the connection were not changed in time"
        case .helloRepeated: "somebody on the way said this client's first words before it did"
        case .goodbye: "this client said goodbye"
        case .handshakeTimeout: "the login took too long"
        case .idleTimeout: "nothing was heard for too long"
        case .slowReader: "this client took too long to read"
        case .draining: "the server is stopping"
        case .restarting: "the server is starting again"
        case .tooManyConnections: "there are too many connections"
        }
    }
}
