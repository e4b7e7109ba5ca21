import Chat
package import Native
import Security
import Storage

/// The files of the key pair that snapshots are encrypted to: the private one is kept off the server.
package enum SnapshotKeyPair {
    private static let most = 4_096

    /// Writes a new pair: the private key as `path` (0600), the public one beside it, as `path` with `.pub`.
    /// - Throws: `SnapshotError`; nothing that is there is overwritten.
    package static func make(at path: String) throws {
        for file in [path, publicPath(path)] where try Files.status(of: file) != nil {
            throw SnapshotError(.failed, "\(file) is there already")
        }
        let key = RecipientKey.generate()
        try Files.writeAtomically(path, key.pem, mode: 0o600)
        try Files.writeAtomically(
            publicPath(path), Array(PublicKeyFile.pem(key.publicKey, .x25519).utf8), mode: 0o644)
    }

    package static func publicPath(_ path: String) -> String { "\(path).pub" }

    package static func publicKey(at path: String) throws -> [UInt8] {
        let text = String(decoding: try Files.read(path, limit: most), as: UTF8.self)
        guard let key = PublicKeyFile.read(text, .x25519) else {
            throw SnapshotError(.failed, "\(path) is no X25519 public key (PEM)")
        }
        return key
    }

    package static func privateKey(at path: String) throws -> RecipientKey {
        let bytes = try Files.read(path, limit: most)
        do throws(CryptographyError) {
            return try RecipientKey(pem: bytes)
        } catch {
            throw SnapshotError(.failed, "\(path) is no X25519 private key (PEM, not encrypted)")
        }
    }
}
