import Native
package import Storage

/// What somebody wants a snapshot to be encrypted to. A value.
package enum SnapshotProtection: Sendable {
    case passphrase(String)
    /// The file of a public key.
    case recipient(String)

    /// Fewer characters are guessed too soon where nobody counts the guesses.
    private static let least = 12

    /// Of one snapshot: another each time.
    /// - Throws: `SnapshotError`.
    package func lock() throws -> SnapshotLock {
        switch self {
        case .passphrase(let text):
            guard text.count >= Self.least else {
                throw SnapshotError(.failed, "the passphrase has fewer than \(Self.least) characters")
            }
            let random = SecureRandom()
            return try .passphrase(text, salt: (random.next(), random.next()))
        case .recipient(let file): return try .recipient(try SnapshotKeyPair.publicKey(at: file))
        }
    }
}
