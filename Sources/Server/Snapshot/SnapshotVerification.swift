package import Chat
import Native
package import Storage

/// Verifies a snapshot's file by unpacking it into a directory of its own, which is removed again.
///
/// For the caller's thread. Needs as much room as the data had.
package struct SnapshotVerification {
    private let path: String
    private let key: [UInt8]?
    private let access: SnapshotAccess?
    private let scratch: String
    private let limits: Limits
    private let forms: StoreForms

    /// - Parameter key: the public key that it must be signed with; `nil` for whichever it names.
    /// - Parameter access: what opens it when it is encrypted.
    /// - Parameter scratch: a directory that does not exist yet.
    package init(
        of path: String, key: [UInt8]?, access: SnapshotAccess?, scratch: String,
        forms: StoreForms = .current, limits: Limits
    ) {
        self.forms = forms
        self.path = path
        self.key = key
        self.access = access
        self.scratch = scratch
        self.limits = limits
    }

    /// - Parameter isCancelled: asked now and then; when it says so, this gives up.
    /// - Throws: `SnapshotError`.
    package func run(isCancelled: () -> Bool = { false }) throws -> SnapshotSummary {
        defer { try? Files.removeTree(scratch) }
        do {
            let unpacked = try unpack(keepsKeys: false, keepsForm: false, isCancelled: isCancelled)
            return SnapshotSummary(unpacked.manifest)
        } catch {
            throw SnapshotError(wrapping: error)
        }
    }

    /// Unpacks and verifies, and leaves what it has unpacked.
    /// - Parameter keepsForm: whether databases of an older form are left in that; else they are of today's.
    func unpack(
        keepsKeys: Bool, keepsForm: Bool, isCancelled: () -> Bool = { false }
    ) throws -> (header: SnapshotHeader, manifest: SnapshotManifest) {
        guard try Files.makeDirectory(scratch, mode: 0o700) else {
            throw SnapshotError(.failed, "\(scratch) is there already")
        }
        let directory = DataDirectory(path: scratch)
        try Files.makeDirectory(directory.keys, mode: 0o700)
        let unpacking = SnapshotUnpacking(into: scratch, limits: limits) {
            directory.place(ofPart: $0, keepsKeys: keepsKeys)
        }
        let (header, manifest) = try unpacking.run(
            path, key: key, secret: try access?.secret(), isCancelled: isCancelled)
        let check = SnapshotCheck(
            directory: directory, header: header, manifest: manifest, limits: limits, forms: forms,
            keepsForm: keepsForm)
        try check.run(isCancelled: isCancelled)
        return (header, manifest)
    }
}
