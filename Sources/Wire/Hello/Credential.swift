package import Chat
import FoundationEssentials

/// A short-lived key that speaks for the server, and the identity key's word for it.
package struct Credential: Hashable, Sendable {
    /// What a credential of this protocol's hello is for; one for anything else is refused.
    package static let purpose = "securechat hello"

    package let id: CredentialID
    package let server: ServerID
    package let purpose: String
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    /// P-256, an uncompressed point of 65 bytes.
    package let publicKey: [UInt8]
    /// How many identity keys the server had before the one that signs this.
    package let identityNumber: UInt64

    package init(
        id: CredentialID, server: ServerID, purpose: String = Self.purpose, notBefore: Timestamp,
        notAfter: Timestamp, publicKey: [UInt8], identityNumber: UInt64 = 0
    ) {
        self.id = id
        self.server = server
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.publicKey = publicKey
        self.identityNumber = identityNumber
    }

    package func encoded() -> [UInt8] {
        var credential = ProtoCredential()
        credential.id = .init(id.bytes)
        credential.serverID = .init(server.bytes)
        credential.purpose = purpose
        credential.notBefore = notBefore.milliseconds
        credential.notAfter = notAfter.milliseconds
        credential.publicKey = .init(publicKey)
        credential.identityNumber = identityNumber
        return credential.bytes()
    }

    /// Until the end of the year 9999: later ones could not be reckoned with.
    static let times = Int64(0)...253_402_300_799_999

    /// `nil` when the bytes are no credential.
    package init?(encoded: [UInt8]) {
        guard let credential = ProtoCredential(decoding: encoded), credential.publicKey.count == 65,
            Self.times.contains(credential.notBefore), Self.times.contains(credential.notAfter),
            let id = CredentialID(bytes: credential.id), let server = ServerID(bytes: credential.serverID)
        else { return nil }
        self.init(
            id: id, server: server, purpose: credential.purpose,
            notBefore: Timestamp(milliseconds: credential.notBefore),
            notAfter: Timestamp(milliseconds: credential.notAfter), publicKey: Array(credential.publicKey),
            identityNumber: credential.identityNumber)
    }
}

package typealias CredentialID = Identifier<Credential>
