package import Native

/// What protects a channel's bytes.
package enum ChannelSecurity: Sendable {
    /// Nothing: for tests and for ports that only this machine reaches.
    case plain
    case server(TLSContext)
    /// `serverName` is what the certificate must be for; `resumption` shortens the handshake when it fits.
    case client(TLSContext, serverName: String?, resumption: TLSResumption? = nil)

    var isSecured: Bool {
        switch self {
        case .plain: false
        case .server, .client: true
        }
    }
}
