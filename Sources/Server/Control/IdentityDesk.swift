package import Chat
import Native
package import Wire

/// Gives the server another identity key: on the disk first, then in use.
///
/// Under the directory's lock; one thread at a time. Making a key takes up to seconds.
package struct IdentityDesk: Sendable {
    private let directory: DataDirectory
    private let server: Wire.ServerID
    private let bits: Int
    private let adopt: @Sendable (IdentityRecord) -> Void

    /// - Parameter adopt: puts the new key to use; nothing where no server runs.
    package init(
        directory: DataDirectory, server: Wire.ServerID, bits: Int = IdentityKey.defaultBits,
        adopt: @escaping @Sendable (IdentityRecord) -> Void = { _ in }
    ) {
        self.directory = directory
        self.server = server
        self.bits = bits
        self.adopt = adopt
    }

    package func load() throws -> IdentityRecord { try ServerKeys.loadIdentity(from: directory) }

    /// What is in use, and what would be: a new key that the old one vouches for, unless it has leaked.
    package func prepare(
        isCompromised: Bool, at now: Timestamp
    ) throws -> (old: IdentityRecord, new: IdentityRecord) {
        let old = try load()
        let next = IdentityKey.generate(bits: bits)
        // A chain that clients will refuse is not to grow.
        if !isCompromised { try old.verify(of: server, at: now) }
        let new = isCompromised ? old.replaced(by: next) : old.rotated(to: next, of: server, at: now)
        return (old, new)
    }

    /// The file is replaced as a whole and synced before anybody sees the new key.
    package func install(_ record: IdentityRecord, at now: Timestamp) throws {
        try Files.writeAtomically(directory.identityKey, record.encoded, mode: 0o600)
        adopt(record)
    }
}
