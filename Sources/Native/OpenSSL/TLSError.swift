/// Why a TLS context could not be made, or why a session ended.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the caller may tell apart; everything finer is in `detail`.
    package enum Code: String, Sendable {
        /// A certificate (or trust file) that does not parse.
        case certificateUnusable
        /// A private key that does not parse, is encrypted, or does not belong to the certificate.
        case keyUnusable
        /// A setting that OpenSSL refuses: an empty or overlong protocol name, a server name that is none.
        case settingRefused
        /// The peer's certificate does not verify, or is for another name.
        case peerUntrusted
        /// Client and server share no application protocol.
        case noCommonProtocol
        /// Client and server share no TLS version: ours is 1.3.
        case noCommonVersion
        /// What came in is not TLS: plain HTTP, or garbage.
        case notTLS
        /// The peer gave up and said so by an alert.
        case alertReceived
        /// TLS, but broken or forged.
        case protocolViolation
    }

    package let code: Code
    /// OpenSSL's own words, for the log. Never shown to the peer.
    package let detail: String

    package init(_ code: Code, detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail)" }
}
