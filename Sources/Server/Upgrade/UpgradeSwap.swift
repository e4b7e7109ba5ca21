import Native

/// The places of an upgrade in a data directory, and the step from the old databases to the new ones.
///
/// What is prepared lies in `upgrade.partial`, with the name of the snapshot that was made for it, and counts
/// for nothing. One rename makes `upgrade.ready` of it when it is whole and on the disk: from then on the
/// databases in it are the ones that count, and whoever comes next puts them in their places before anything
/// is opened. So a cut at any moment leaves the old ones or the new ones, and never one of each.
///
/// A value, for whoever has the directory's lock; nothing is open.
struct UpgradeSwap {
    private static let noteBytes = 256

    private let directory: DataDirectory
    private let partial: String
    private let ready: String

    init(_ directory: DataDirectory) {
        self.directory = directory
        partial = "\(directory.path)/upgrade.partial"
        ready = "\(directory.path)/upgrade.ready"
    }

    /// Where the new databases are made, before `commit`: a directory that does not exist yet.
    var prepared: DataDirectory { DataDirectory(path: "\(partial)/data") }
    /// Where they lie after it, until they are in their places.
    private var finished: DataDirectory { DataDirectory(path: "\(ready)/data") }

    var isReady: Bool {
        get throws(IOError) { try Files.status(of: ready) != nil }
    }

    /// Begins to prepare.
    /// - Parameter snapshot: the name of the one that is about to be made in the directory's snapshots.
    func begin(snapshot: String) throws(IOError) {
        try Files.makeDirectory(partial, mode: 0o700)
        try Files.writeAtomically(note, Array("\(snapshot)\n".utf8), mode: 0o600)
    }

    /// Removes what an upgrade that came to nothing has left: nothing was changed by it, so its snapshot is
    /// not needed either, and those of a server that tries again and again would fill the disk.
    func discard() throws(IOError) {
        guard try Files.status(of: partial) != nil else { return }
        if let bytes = try? Files.read(note, limit: Self.noteBytes) {
            let name = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
            if SnapshotShelf.isNameBeforeUpgrade(name) {
                _ = try Files.remove("\(directory.snapshots)/\(name)")
            }
        }
        try Files.removeTree(partial)
        try Files.syncDirectory(directory.path)
    }

    /// The new databases are the ones that count when this returns; whether they do when it throws is found
    /// out at the next start.
    func commit() throws {
        let kept = databases(in: prepared)
        for name in try Files.names(in: prepared.path) where !kept.contains("\(prepared.path)/\(name)") {
            guard !name.hasSuffix("-wal") else {
                throw UpgradeError(.failed, "\(prepared.path)/\(name): the log is not written back")
            }
            try Files.removeTree("\(prepared.path)/\(name)")
        }
        for path in kept { try Files.sync(path) }
        try Files.syncDirectory(prepared.path)
        try Files.syncDirectory(partial)
        // The logs of the old ones are gone for good before the new ones come: neither may find the other's.
        try removeLogs(of: databases(in: directory))
        try Files.rename(partial, to: ready)
    }

    /// Puts what is ready in its place. Asked again after a cut, it goes on from there.
    func finish() throws {
        for (new, old) in zip(databases(in: finished), databases(in: directory))
        where try Files.status(of: new) != nil {
            try removeLogs(of: [old])
            try Files.move(new, to: old)
            // After a cut it may have both names (rename(2)).
            _ = try Files.remove(new)
        }
        try Files.removeTree(ready)
        try Files.syncDirectory(directory.path)
    }

    /// Where a database lies that is ready, and not in its place yet.
    func readyDatabase(_ name: KeyPath<DataDirectory, String>) -> String { finished[keyPath: name] }

    private var note: String { "\(partial)/snapshot" }

    private func databases(in directory: DataDirectory) -> [String] { [directory.history, directory.audit] }

    /// SQLite's logs of databases that were closed: empty, if they are there at all.
    private func removeLogs(of databases: [String]) throws {
        for path in databases {
            guard try (Files.status(of: "\(path)-wal")?.size ?? 0) == 0 else {
                throw UpgradeError(
                    .failed,
                    "\(path)-wal holds what was written to the old file since, or could not be written back: "
                        + "nothing of it is lost, and nothing was changed")
            }
            var removed = false
            for log in ["\(path)-wal", "\(path)-shm"] { removed = try Files.remove(log) || removed }
            if !removed { try Files.syncDirectory(directory.path) }
        }
    }
}
