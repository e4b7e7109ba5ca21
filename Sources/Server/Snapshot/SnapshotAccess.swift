package import Storage

/// How somebody opens an encrypted snapshot. A value.
package enum SnapshotAccess: Sendable {
    case passphrase(String)
    /// The file of a private key.
    case privateKey(String)
    /// Whoever has just made it still knows how.
    case maker(SnapshotLock)

    /// - Throws: `SnapshotError`, or `IOError`.
    func secret() throws -> SnapshotSecret {
        switch self {
        case .passphrase(let text): .passphrase(text)
        case .privateKey(let file): .privateKey(try SnapshotKeyPair.privateKey(at: file))
        case .maker(let lock): lock.secret
        }
    }
}
