package import Chat
import FoundationEssentials

/// An identity key's word for the one that follows it. A server's changes make a chain: whoever trusts one of
/// its keys can follow it to the newest.
package struct IdentityChange: Hashable, Sendable {
    /// Of the new key: how many the server had before it.
    package let number: UInt64
    package let server: ServerID
    /// RSA, a DER SubjectPublicKeyInfo: the one that signs.
    package let oldKey: [UInt8]
    /// SHA-256 of the new key.
    package let newFingerprint: Digest
    package let validFrom: Timestamp
    /// By the old key, over `signed(…)`: RSA-PSS, SHA-256, a salt of 32 bytes.
    package let signature: [UInt8]

    package init(
        number: UInt64, server: ServerID, oldKey: [UInt8], newFingerprint: Digest, validFrom: Timestamp,
        signature: [UInt8]
    ) {
        self.number = number
        self.server = server
        self.oldKey = oldKey
        self.newFingerprint = newFingerprint
        self.validFrom = validFrom
        self.signature = signature
    }

    /// The exact bytes that the old key signs (docs/protocol.md, "The identity key changes"): never what
    /// stood on the wire, so one statement has one form.
    package static func signed(
        number: UInt64, server: ServerID, oldFingerprint: Digest, newFingerprint: Digest, validFrom: Timestamp
    ) -> [UInt8] {
        Transcript.signed(
            change: [
                Self.bytes(number), server.bytes, oldFingerprint.bytes, newFingerprint.bytes,
                Self.bytes(UInt64(bitPattern: validFrom.milliseconds)),
            ])
    }

    package func encoded() -> [UInt8] {
        var change = ProtoIdentityChange()
        change.number = number
        change.serverID = .init(server.bytes)
        change.oldKey = .init(oldKey)
        change.newFingerprint = .init(newFingerprint.bytes)
        change.validFrom = validFrom.milliseconds
        change.signature = .init(signature)
        return change.bytes()
    }

    /// `nil` when the bytes are no change, or longer than one can be.
    package init?(encoded: [UInt8]) {
        guard encoded.count <= IdentityChain.changeBytes, let change = ProtoIdentityChange(decoding: encoded),
            let server = ServerID(bytes: change.serverID),
            let newFingerprint = Digest(bytes: change.newFingerprint),
            Credential.times.contains(change.validFrom)
        else { return nil }
        self.init(
            number: change.number, server: server, oldKey: Array(change.oldKey),
            newFingerprint: newFingerprint, validFrom: Timestamp(milliseconds: change.validFrom),
            signature: Array(change.signature))
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}
