import Chat
package import Native

/// What opens an encrypted snapshot. A value; any thread.
package enum SnapshotSecret: Sendable {
    case passphrase(String)
    case privateKey(RecipientKey)
    /// The key of one snapshot's stream, known since it was made.
    case stream([UInt8])

    private static let domain = Array("securechat snapshot 1 stream".utf8)
    /// A header may ask for no more than 256 MiB and some seconds.
    private static let (logNMost, rMost, pMost) = (18, 8, 8)

    /// - Throws: `.locked` when this is not what opens it, as far as the header tells.
    package func key(for notice: SnapshotLock.Notice) throws -> [UInt8] {
        switch (self, notice) {
        case (.stream(let key), _): return key
        case (.passphrase(let text), .passphrase(let salt, let logN, let r, let p)):
            guard logN <= Self.logNMost, r <= Self.rMost, p <= Self.pMost, let salt = Hex.bytes(salt) else {
                throw SnapshotError(.damaged, "its header asks for too much to try a passphrase")
            }
            let secret = try Scrypt.derive(
                password: Array(text.utf8).span, salt: salt.span, logN: logN, r: r, p: p,
                count: AESGCM.keyCount)
            return Self.streamKey(secret.span, salt: salt)
        case (.privateKey(let own), .recipient(let ephemeral, let recipient)):
            guard recipient == Hex.text(own.publicKey) else {
                throw SnapshotError(.locked, "it is encrypted to another key: \(recipient)")
            }
            guard let ephemeral = Hex.bytes(ephemeral), let shared = own.agree(with: ephemeral.span) else {
                throw SnapshotError(.damaged, "its header has no key to agree with")
            }
            return Self.streamKey(shared.span, salt: ephemeral + own.publicKey)
        case (_, .passphrase): throw SnapshotError(.locked, "it is encrypted to a passphrase")
        case (_, .recipient(_, let recipient)):
            throw SnapshotError(.locked, "it is encrypted to the key \(recipient)")
        }
    }

    static func streamKey(_ secret: Span<UInt8>, salt: [UInt8]) -> [UInt8] {
        let extracted = HKDF.extract(salt: salt.span, from: secret)
        let key = HKDF.expand(extracted.span, info: domain.span, count: AESGCM.keyCount)
        return (0..<key.count).map { key.span[$0] }
    }
}
