package import Native

/// Where a provider may send this program: only by TLS, and into internal networks only to the host that the
/// operator named as the issuer. What a provider publishes is a stranger's word.
package struct ProviderReach: Hashable, Sendable {
    package let issuerHost: String
    /// For tests: `http` to this machine's loopback.
    package let allowsLoopback: Bool
    /// A file of authorities (PEM); `nil` for the machine's own.
    package let authorities: String?

    package init(issuerHost: String, allowsLoopback: Bool = false, authorities: String? = nil) {
        self.issuerHost = issuerHost
        self.allowsLoopback = allowsLoopback
        self.authorities = authorities
    }

    package func allows(_ address: WebAddress) -> Bool {
        address.isSecure || allowsLoopback && address.isLoopback
    }

    /// - Parameter form: posted as it is; `nil` to get.
    package func request(_ address: WebAddress, form: [UInt8]? = nil) -> HTTPRequest {
        HTTPRequest(
            address.text, form: form, authorities: authorities,
            allowsPlain: allowsLoopback && address.isLoopback,
            allowsInternal: address.endpoint.host == issuerHost)
    }
}
