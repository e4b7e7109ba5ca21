import COpenSSL

/// An X.509 certificate (RFC 5280, version 3) on its way to being signed.
@safe struct CertificateBuilder: ~Copyable {
    /// A clock that is a little behind must still find the certificate valid.
    private static let allowedSkewSeconds = 3_600

    let pointer: OpaquePointer

    init(commonName: String, key: PrivateKey, days: Int) {
        ERR_clear_error()
        guard let pointer = X509_new() else { preconditionFailure("X509_new: out of memory") }
        self.pointer = pointer
        X509_set_version(pointer, Int(X509_VERSION_3))
        setSerial()
        X509_gmtime_adj(X509_getm_notBefore(pointer), -Self.allowedSkewSeconds)
        X509_gmtime_adj(X509_getm_notAfter(pointer), days * 86_400)
        X509_set_pubkey(pointer, key.pointer)
        let name = Array(commonName.utf8)
        X509_NAME_add_entry_by_NID(
            X509_get_subject_name(pointer), NID_commonName, MBSTRING_UTF8, name, Int32(name.count), -1, 0)
    }

    deinit { X509_free(pointer) }

    /// Random, positive, not the same twice: a browser refuses two certificates of one issuer and serial.
    private func setSerial() {
        var bytes = SecureRandom.bytes(count: 16)
        bytes[0] = bytes[0] & 0x7f | 0x40
        let number = BN_bin2bn(bytes, Int32(bytes.count), nil)
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer))
        BN_free(number)
    }

    /// `value` in the syntax of x509v3_config(5); `issuer` `nil` for a certificate that signs itself.
    func add(_ kind: Int32, _ value: String, issuer: OpaquePointer?) throws(CryptographyError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer ?? pointer, pointer, nil, nil, 0)
        guard let added = X509V3_EXT_conf_nid(nil, &context, kind, value) else { throw .queued(.nameRefused) }
        X509_add_ext(pointer, added, -1)
        X509_EXTENSION_free(added)
    }

    func sign(issuer: OpaquePointer?, key: PrivateKey) {
        X509_set_issuer_name(pointer, X509_get_subject_name(issuer ?? pointer))
        precondition(
            X509_sign(pointer, key.pointer, EVP_sha256()) > 0, "X509_sign: \(OpenSSLErrorQueue.takeDetail())")
    }

    var pem: [UInt8] { PEM.text { PEM_write_bio_X509($0, pointer) == 1 } }
}
