import COpenSSL

/// PEM text as OpenSSL's objects, each freed by its owner here.
enum PEM {
    /// The certificates of a PEM text in their order: one at least.
    @safe final class Certificates: @unchecked Sendable {
        let leaf: OpaquePointer
        let others: [OpaquePointer]

        fileprivate init(leaf: OpaquePointer, others: [OpaquePointer]) {
            self.leaf = leaf
            self.others = others
        }

        deinit {
            for certificate in [leaf] + others { X509_free(certificate) }
        }
    }

    static func certificates(in bytes: [UInt8]) throws(CryptographyError) -> Certificates {
        ERR_clear_error()
        let found: Certificates? = read(bytes) { bio in
            guard let leaf = PEM_read_bio_X509(bio, nil, refusePassphrase, nil) else { return nil }
            var others: [OpaquePointer] = []
            while let next = PEM_read_bio_X509(bio, nil, refusePassphrase, nil) { others.append(next) }
            return Certificates(leaf: leaf, others: others)
        }
        // The end of the text is told as "no start line"; anything else is a certificate that does not parse.
        let last = ERR_peek_last_error()
        guard let found, ERR_GET_REASON(last) == PEM_R_NO_START_LINE else {
            throw .queued(.certificateUnusable)
        }
        ERR_clear_error()
        return found
    }

    static func privateKey(in bytes: [UInt8]) throws(CryptographyError) -> PrivateKey {
        ERR_clear_error()
        guard let key = read(bytes, { PEM_read_bio_PrivateKey($0, nil, refusePassphrase, nil) }) else {
            throw .queued(.keyUnusable)
        }
        return PrivateKey(owning: key)
    }

    /// What `write` puts into a memory BIO. The BIO's own copy is erased.
    static func text(_ write: (OpaquePointer) -> Bool) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_secmem()) else { preconditionFailure("BIO_new: out of memory") }
        defer { BIO_free(bio) }
        precondition(write(bio), "OpenSSL could not write a PEM text: \(OpenSSLErrorQueue.takeDetail())")
        var bytes: UnsafeMutablePointer<CChar>?
        let count = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &bytes)
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }

    private static func read<Result>(_ bytes: [UInt8], _ body: (OpaquePointer) -> Result?) -> Result? {
        bytes.withUnsafeBytes { buffer in
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else { return nil }
            defer { BIO_free(bio) }
            return body(bio)
        }
    }
}

/// A service has no terminal to ask: an encrypted key is refused.
private func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { -1 }
