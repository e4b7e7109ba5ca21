import Native
import Reactor

/// One authority and one server certificate for the whole run: making them takes a while.
enum TestCertificate {
    private struct Material: Sendable {
        let authority: [UInt8]
        let leaf: CertificateAuthority.Leaf
    }

    private static let material = Result { () throws -> Material in
        let authority = try CertificateAuthority.create(name: "Reactor tests", permittedNames: ["localhost"])
        return Material(
            authority: authority.certificate, leaf: try authority.issueLeaf(serverName: "localhost", days: 2))
    }

    static func server() throws -> ChannelSecurity {
        let leaf = try material.get().leaf
        return .server(
            try TLSContext.server(
                certificateChain: leaf.certificateChain, privateKey: leaf.privateKey, protocols: ["echo/1"],
                tickets: TLSTicketKeys()))
    }

    static func client() throws -> ChannelSecurity {
        let context = try TLSContext.client(trust: .file(try material.get().authority), protocols: ["echo/1"])
        return .client(context, serverName: "localhost")
    }
}
