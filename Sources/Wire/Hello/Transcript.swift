/// The exact bytes that the hello's signatures cover (docs/protocol.md, "The server's proof").
///
/// Every part is preceded by its length, four bytes, most significant first: no two different hellos give the
/// same.
package enum Transcript {
    private static let credentialLabel = "securechat/1 credential"
    private static let helloLabel = "securechat/1 hello"
    private static let changeLabel = "securechat/1 identity change"

    /// What the identity key signs.
    package static func signed(credential: [UInt8]) -> [UInt8] {
        joined([Array(credentialLabel.utf8), credential])
    }

    /// What the credential's key signs: a label, the channel binding (32 bytes, or none), both offers, the
    /// identity key, without which somebody could put another in its place before a client that knows none
    /// yet, the credential, and each change of the identity key that the hello carries.
    package static func signed(
        channelBinding: [UInt8], clientOffer: [UInt8], serverOffer: [UInt8], identityKey: [UInt8],
        credential: [UInt8], changes: [[UInt8]] = []
    ) -> [UInt8] {
        let offers = [channelBinding, clientOffer, serverOffer]
        return joined([Array(helloLabel.utf8)] + offers + [identityKey, credential] + changes)
    }

    /// What an identity key signs to name the one after it.
    static func signed(change parts: [[UInt8]]) -> [UInt8] { joined([Array(changeLabel.utf8)] + parts) }

    private static func joined(_ parts: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count + 4 })
        for part in parts {
            let length = UInt32(part.count)
            for shift in [UInt32(24), 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
            bytes.append(contentsOf: part)
        }
        return bytes
    }
}
