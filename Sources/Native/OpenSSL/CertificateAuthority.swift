import COpenSSL

/// A local certificate authority that can vouch for one server only: name constraints (RFC 5280, 4.2.1.10)
/// keep whoever steals its key from certifying anything else towards those who installed it.
package struct CertificateAuthority: Sendable {
    /// A server's certificate and key, as PEM.
    package struct Leaf: Sendable {
        /// The server's certificate alone: whoever trusts the authority has the authority's.
        package let certificateChain: [UInt8]
        package let privateKey: [UInt8]
    }

    package enum LeafKey: Sendable {
        case p256
        case rsa(bits: Int)
    }

    /// Loopback is always permitted: the first try of an installation is on the machine itself.
    private static let loopback = [
        "permitted;DNS:localhost", "permitted;IP:127.0.0.0/255.0.0.0",
        "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ]

    /// PEM, to be installed by clients.
    package let certificate: [UInt8]
    private let parsed: PEM.Certificates
    private let key: PrivateKey

    private init(certificate: [UInt8], key: PrivateKey) throws(CryptographyError) {
        self.certificate = certificate
        self.key = key
        parsed = try PEM.certificates(in: certificate)
        guard X509_check_private_key(parsed.leaf, key.pointer) == 1 else { throw .queued(.keyUnusable) }
    }

    /// From its two PEM files.
    package init(certificate: [UInt8], privateKey: [UInt8]) throws(CryptographyError) {
        try self.init(certificate: certificate, key: PEM.privateKey(in: privateKey))
    }

    /// The private key as PEM, for a file of mode 0600.
    package var privateKey: [UInt8] { key.pem }

    /// A new authority with a P-256 key. It may certify the `permittedNames`, their subdomains, and loopback.
    package static func create(
        name: String, permittedNames: [String], days: Int = 3_650
    ) throws(CryptographyError) -> CertificateAuthority {
        var subtrees = loopback
        for text in permittedNames { subtrees.append(try CertificateName(text).permittedSubtree) }
        let key = PrivateKey.p256()
        let builder = CertificateBuilder(commonName: String(name.prefix(64)), key: key, days: days)
        try builder.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: nil)
        try builder.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: nil)
        try builder.add(NID_subject_key_identifier, "hash", issuer: nil)
        try builder.add(NID_name_constraints, "critical," + subtrees.joined(separator: ","), issuer: nil)
        builder.sign(issuer: nil, key: key)
        return try CertificateAuthority(certificate: builder.pem, key: key)
    }

    /// A server certificate for `serverName` and further `names`, DNS names or IP addresses. Refused with
    /// `.nameRefused` when the authority's constraints do not permit one of them.
    package func issueLeaf(
        serverName: String, alsoFor names: [String] = [], days: Int, key kind: LeafKey = .p256
    ) throws(CryptographyError) -> Leaf {
        var alternatives: [CertificateName] = []
        for text in [serverName] + names {
            let name = try CertificateName(text)
            if !alternatives.contains(name) { alternatives.append(name) }
        }
        let leafKey: PrivateKey =
            switch kind {
            case .p256: .p256()
            case .rsa(let bits): .rsa(bits: bits)
            }
        // A common name has 64 characters at most; clients read the alternative names anyway.
        let label = serverName.utf8.count <= 64 ? serverName : "SecureChat"
        let builder = CertificateBuilder(commonName: label, key: leafKey, days: days)
        let issuer = parsed.leaf
        try builder.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
        try builder.add(NID_key_usage, "critical,digitalSignature", issuer: issuer)
        try builder.add(NID_ext_key_usage, "serverAuth", issuer: issuer)
        try builder.add(NID_subject_key_identifier, "hash", issuer: issuer)
        try builder.add(NID_authority_key_identifier, "keyid", issuer: issuer)
        try builder.add(
            NID_subject_alt_name, alternatives.map(\.alternativeName).joined(separator: ","), issuer: issuer)
        builder.sign(issuer: issuer, key: key)
        try checkPermitted(builder.pointer)
        return Leaf(certificateChain: builder.pem, privateKey: leafKey.pem)
    }

    /// Better refused here than by every client.
    private func checkPermitted(_ leaf: OpaquePointer) throws(CryptographyError) {
        guard let found = X509_get_ext_d2i(parsed.leaf, NID_name_constraints, nil, nil) else { return }
        let constraints = found.assumingMemoryBound(to: NAME_CONSTRAINTS.self)
        defer { NAME_CONSTRAINTS_free(constraints) }
        // The check reads names that OpenSSL notes only when it first examines a certificate.
        X509_check_purpose(leaf, -1, 0)
        let verdict = NAME_CONSTRAINTS_check(leaf, constraints)
        guard verdict == X509_V_OK else {
            throw CryptographyError(
                .nameRefused, detail: String(cString: X509_verify_cert_error_string(Int(verdict))))
        }
    }
}
