/// One request over HTTP: a GET, or a POST of a form.
package struct HTTPRequest: Hashable, Sendable {
    /// Absolute.
    package let address: String
    /// `application/x-www-form-urlencoded`; `nil` for a GET.
    package let form: [UInt8]?
    /// A file of the authorities that may vouch for the server (PEM); `nil` for the machine's own.
    package let authorities: String?
    /// Without TLS too: for tests on the loopback.
    package let allowsPlain: Bool
    /// The server may stand on this machine or in a network of private, link-local or shared addresses.
    package let allowsInternal: Bool

    package init(
        _ address: String, form: [UInt8]? = nil, authorities: String? = nil, allowsPlain: Bool = false,
        allowsInternal: Bool = true
    ) {
        self.address = address
        self.form = form
        self.authorities = authorities
        self.allowsPlain = allowsPlain
        self.allowsInternal = allowsInternal
    }
}

/// What came back, whatever its status.
package struct HTTPResponse: Hashable, Sendable {
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Why nothing came back that may be looked at.
package enum HTTPFault: String, Error, Hashable, Sendable, CaseIterable {
    /// No name, no route, nobody listens, or the connection broke.
    case unreachable
    /// Not done within its time, however it was spent.
    case tooSlow
    /// More bytes than allowed, of body or of head.
    case tooLarge
    /// No TLS, or no authority vouches for the server's certificate, or it is for another name.
    case untrusted
    /// An address that may not be asked: another scheme, or within the machine's own networks.
    case notAllowed
    /// What came is no HTTP.
    case malformed
}
