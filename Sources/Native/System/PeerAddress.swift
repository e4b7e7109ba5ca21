/// One end of a TCP connection: address and port.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    package let port: UInt16
    /// The interface that a link-local IPv6 address belongs to; 0 for all others.
    package let scope: UInt32

    package init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = scope
    }

    /// `192.0.2.1:8443` or `[2001:db8::1]:8443`.
    package var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: scope == 0 ? "[\(address)]:\(port)" : "[\(address)%\(scope)]:\(port)"
        }
    }
}
