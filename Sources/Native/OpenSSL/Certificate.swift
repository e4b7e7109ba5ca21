import COpenSSL
import Glibc

/// Facts about the first certificate of a PEM text.
package struct Certificate: Sendable {
    /// Seconds since 1970 from which it is valid, and at which it stops to be.
    package let begin: Int64
    package let expiry: Int64
    /// SHA-256 of its DER form, as browsers show it.
    package let fingerprint: SHA256.Value

    package init(pem: [UInt8]) throws(CryptographyError) {
        let certificates = try PEM.certificates(in: pem)
        guard let begin = Self.seconds(X509_get0_notBefore(certificates.leaf)),
            let expiry = Self.seconds(X509_get0_notAfter(certificates.leaf))
        else { throw CryptographyError(.certificateUnusable, detail: "a validity that is no time") }
        self.begin = begin
        self.expiry = expiry
        var value = SHA256.Value(repeating: 0)
        var span = value.mutableSpan
        let done = span.withUnsafeMutableBufferPointer {
            X509_digest(certificates.leaf, EVP_sha256(), $0.baseAddress, nil)
        }
        guard done == 1 else { throw .queued(.certificateUnusable) }
        fingerprint = value
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts))
    }
}
