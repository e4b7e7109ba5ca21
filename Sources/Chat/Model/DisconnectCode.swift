/// Why the server ends a connection. The numbers are the protocol's (docs/protocol.md, "Codes").
///
/// 10xx: the client's fault; do not reconnect without a change. 11xx: reconnect, after a pause, and resume.
package enum DisconnectCode: UInt32, Sendable, CaseIterable {
    case malformed = 1001
    case frameTooLarge = 1002
    case unexpected = 1003
    case unsupportedVersion = 1004
    case authenticationFailed = 1005
    case disabled = 1006
    case sessionRevoked = 1007
    case tooManyRequests = 1008
    case sealingRequired = 1009
    /// The two ends of TLS are not those of the connection, and no trusted proxy explains it.
    case bindingMismatch = 1010
    /// Keys are changed more often than need be: each change costs the server an agreement.
    case rekeyTooOften = 1011

    case goodbye = 1100
    case handshakeTimeout = 1101
    case idleTimeout = 1102
    case slowReader = 1103
    case draining = 1104
    /// The outcome of a write is not known; the server restarts from disk.
    case restarting = 1105
    case tooManyConnections = 1106
    /// A sealed frame that the key does not open: changed on its way, or not in its place.
    case sealBroken = 1107
    /// The keys of the sealed layer are older, or have sealed more, than they may.
    case rekeyOverdue = 1108
    /// A hello with the nonce of another: somebody repeats what was recorded.
    case helloRepeated = 1109

    package var name: String {
        switch self {
        case .malformed: "malformed"
        case .frameTooLarge: "frame_too_large"
        case .unexpected: "unexpected_message"
        case .unsupportedVersion: "unsupported_version"
        case .authenticationFailed: "authentication_failed"
        case .disabled: "disabled"
        case .sessionRevoked: "session_revoked"
        case .tooManyRequests: "too_many_requests"
        case .sealingRequired: "sealing_required"
        case .bindingMismatch: "channel_binding_mismatch"
        case .rekeyTooOften: "rekey_too_often"
        case .goodbye: "goodbye"
        case .handshakeTimeout: "handshake_timeout"
        case .idleTimeout: "idle_timeout"
        case .slowReader: "slow_reader"
        case .draining: "draining"
        case .restarting: "restarting"
        case .tooManyConnections: "too_many_connections"
        case .sealBroken: "seal_broken"
        case .rekeyOverdue: "rekey_overdue"
        case .helloRepeated: "hello_repeated"
        }
    }

    /// A client and a server that are alone with each other never meet it: somebody between them took part.
    package var showsTampering: Bool {
        switch self {
        case .bindingMismatch, .sealBroken, .helloRepeated: true
        default: false
        }
    }

    /// Whether a server ends a connection so only once it has said its hello.
    package var isAfterHello: Bool {
        switch self {
        case .authenticationFailed, .disabled, .sessionRevoked, .rekeyTooOften, .sealBroken, .rekeyOverdue:
            true
        default: false
        }
    }

    package var mayReconnect: Bool { rawValue >= 1100 }
}
