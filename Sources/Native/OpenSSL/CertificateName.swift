import COpenSSL

/// What a certificate can be for: a DNS name or an IP address, checked, in the form that OpenSSL reads.
package enum CertificateName: Hashable, Sendable {
    case dns(String)
    case address(String)

    /// Refuses whatever is neither, wildcards included: OpenSSL's configuration syntax must not be reachable
    /// from here.
    package init(_ text: String) throws(CryptographyError) {
        if let address = a2i_IPADDRESS(text) {
            ASN1_OCTET_STRING_free(address)
            self = .address(text)
            return
        }
        ERR_clear_error()
        let name = text.lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(Self.isLabel),
            // A last label of digits alone would be an address that does not parse.
            labels.last?.utf8.contains(where: { !(48...57).contains($0) }) == true
        else {
            throw CryptographyError(.nameRefused, detail: "neither a DNS name nor an IP address: \(text)")
        }
        self = .dns(name)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let bytes = label.utf8
        guard (1...63).contains(bytes.count), bytes.first != 45, bytes.last != 45 else { return false }
        return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    /// As an entry of a subjectAltName (x509v3_config(5)).
    var alternativeName: String {
        switch self {
        case .dns(let name): "DNS:" + name
        case .address(let text): "IP:" + text
        }
    }

    /// As a permitted subtree: the name with its subdomains, or the one address.
    var permittedSubtree: String {
        switch self {
        case .dns(let name): "permitted;DNS:" + name
        case .address(let text):
            "permitted;IP:" + text
                + (text.contains(":") ? "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "/255.255.255.255")
        }
    }

    var text: String {
        switch self {
        case .dns(let name): name
        case .address(let text): text
        }
    }
}
