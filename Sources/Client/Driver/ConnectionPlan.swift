package import Native
package import Reactor
import Wire

/// Where a client connects to, and by which trust.
package struct ConnectionPlan: Sendable {
    /// Taken in turns, one an attempt. Never empty.
    package let addresses: [PeerAddress]
    /// The wanted security, and what to fall back to when the server's certificate does not verify: then
    /// somebody must judge its identity. `nil` where that is not allowed.
    package let security: ChannelSecurity
    package let fallback: ChannelSecurity?

    package init(addresses: [PeerAddress], security: ChannelSecurity, fallback: ChannelSecurity? = nil) {
        precondition(!addresses.isEmpty, "a client must know an address")
        self.addresses = addresses
        self.security = security
        self.fallback = fallback
    }

    /// Over TLS, for this host. `fallsBack` lets a server whose certificate does not verify be judged by its
    /// identity alone.
    package init(
        addresses: [PeerAddress], host: String, trust: TLSContext.Trust, fallsBack: Bool = false
    ) throws(TLSError) {
        let protocols = [ProtocolVersion.applicationProtocol]
        let context = try TLSContext.client(trust: trust, protocols: protocols)
        let open = fallsBack ? try TLSContext.client(trust: .unverified, protocols: protocols) : nil
        self.init(
            addresses: addresses, security: .client(context, serverName: host),
            fallback: open.map { .client($0, serverName: host) })
    }
}
