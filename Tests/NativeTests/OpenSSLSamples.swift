import Native

/// Certificates and contexts made once: the tests read them, none writes.
enum OpenSSLSamples {
    static let serverName = "chat.example.org"
    static let authority = made { () throws(CryptographyError) in
        try CertificateAuthority.create(name: "Test authority", permittedNames: [serverName, "192.0.2.7"])
    }
    static let leaf = made { () throws(CryptographyError) in
        try authority.issueLeaf(
            serverName: serverName, alsoFor: ["localhost", "127.0.0.1", "::1", "192.0.2.7"], days: 30)
    }

    static func serverContext(
        protocols: [String] = ["securechat/1", "http/1.1"], tickets: TLSTicketKeys = TLSTicketKeys()
    ) throws -> TLSContext {
        try .server(
            certificateChain: leaf.certificateChain, privateKey: leaf.privateKey, protocols: protocols,
            tickets: tickets)
    }

    static func clientContext(protocols: [String] = ["securechat/1"]) throws -> TLSContext {
        try .client(trust: .file(authority.certificate), protocols: protocols)
    }

    private static func made<Value>(_ body: () throws(CryptographyError) -> Value) -> Value {
        do throws(CryptographyError) { return try body() } catch { preconditionFailure("\(error)") }
    }
}

extension Span<UInt8> {
    var array: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in indices { bytes.append(self[index]) }
        return bytes
    }
}
