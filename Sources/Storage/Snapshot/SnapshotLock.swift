import Chat
import Native

/// What encrypts one snapshot: the key of its stream, and what its header says of how to come by that key
/// again. A value; any thread. Whoever has it can read that one snapshot.
package struct SnapshotLock: Codable, Hashable, Sendable {
    /// What stands in the header for everybody to read. Bytes are hexadecimal.
    package enum Notice: Codable, Hashable, Sendable {
        /// Scrypt's (RFC 7914) parameters.
        case passphrase(salt: String, logN: Int, r: Int, p: Int)
        /// Two X25519 keys (RFC 7748): one of this snapshot's alone, and whose it is encrypted to.
        case recipient(ephemeral: String, recipient: String)
    }

    /// Costs more than a login's: it is guessed at where nobody counts. 128 MiB, half a second.
    private static let (logN, r, p) = (17, 8, 1)
    private static let saltCount = 16

    package let notice: Notice
    let key: [UInt8]

    /// What was encrypted by it can be read again at once.
    package var secret: SnapshotSecret { .stream(key) }

    /// - Parameter salt: of `SecureRandom`, never used before.
    package static func passphrase(_ text: String, salt: (UInt64, UInt64)) throws -> SnapshotLock {
        var bytes: [UInt8] = []
        BigEndian.append(salt.0, to: &bytes)
        BigEndian.append(salt.1, to: &bytes)
        let notice = Notice.passphrase(salt: Hex.text(bytes), logN: logN, r: r, p: p)
        return SnapshotLock(notice: notice, key: try SnapshotSecret.passphrase(text).key(for: notice))
    }

    /// - Parameter recipient: a public key of 32 bytes.
    package static func recipient(_ recipient: [UInt8]) throws(SnapshotError) -> SnapshotLock {
        let ephemeral = EphemeralKey(.x25519)
        guard recipient.count == RecipientKey.publicKeyCount,
            let shared = ephemeral.agree(with: recipient.span)
        else { throw SnapshotError(.failed, "the key to encrypt to is no X25519 key") }
        let salt = ephemeral.publicKey + recipient
        return SnapshotLock(
            notice: .recipient(
                ephemeral: Hex.text(ephemeral.publicKey), recipient: Hex.text(recipient)),
            key: SnapshotSecret.streamKey(shared.span, salt: salt))
    }
}
