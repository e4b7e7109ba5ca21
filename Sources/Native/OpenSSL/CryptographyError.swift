import COpenSSL

/// Why a key or certificate could not be read or made, or a parameter was refused.
package struct CryptographyError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A key that does not parse, is encrypted, of another kind, or too weak.
        case keyUnusable
        /// A certificate that does not parse.
        case certificateUnusable
        /// Neither a DNS name nor an IP address, or one that the authority is not permitted to certify.
        case nameRefused
        /// Costs or lengths that the algorithm does not allow.
        case parameterRefused
    }

    package let code: Code
    /// OpenSSL's own words, for the log.
    package let detail: String

    package init(_ code: Code, detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail)" }

    static func queued(_ code: Code) -> CryptographyError {
        CryptographyError(code, detail: OpenSSLErrorQueue.takeDetail())
    }
}
