import Native

/// A store whose file is not what it must be, and what the operator can do about it. A value; any thread.
package struct StoreDamage: Error, Hashable, Sendable, CustomStringConvertible {
    package let kind: WatchedStore.Kind
    /// The file.
    package let path: String
    /// What was found.
    package let finding: String
    /// A snapshot to go back to: the one that was verified last, else the newest; `nil` when there is none.
    package let snapshot: String?
    package let isVerified: Bool
    private let directory: DataDirectory

    package init(_ kind: WatchedStore.Kind, _ path: String, _ finding: String, in directory: DataDirectory) {
        self.kind = kind
        self.path = path
        self.finding = finding
        self.directory = directory
        let shelf = SnapshotShelf(directory)
        let verified = shelf.lastVerifiedEntry()
        snapshot = (verified ?? (try? shelf.entries().last))?.path
        isVerified = verified != nil
    }

    package var description: String { "\(path) is damaged: \(finding). \(advice)" }

    /// The words that bring the data back.
    package var command: String {
        let file = snapshot ?? "FILE"
        let place = "--data \(directory.path) --replace --keys \(directory.keys)"
        return "securechat snapshot restore \(file) \(place)"
    }

    private var advice: String {
        switch kind {
        case .history:
            "Nothing is written to it any more. \(snapshotWords). Stop the server, then: \(command)"
        case .audit:
            "Administration is refused. Stop the server and move \(path) with its -wal and -shm elsewhere: "
                + "another log begins, and says so. Or go back to a snapshot of everything. "
                + "\(snapshotWords): \(command)"
        case .sessions:
            "Nobody can log in by a password or a token. Start the server again: they are set aside, and "
                + "everybody has to log in anew"
        }
    }

    private var snapshotWords: String {
        switch (snapshot, isVerified) {
        case (nil, _): "There is no snapshot in \(directory.snapshots): take one from elsewhere"
        case (.some, false): "No snapshot in \(directory.snapshots) was verified; the newest is named here"
        case (.some, true): "The snapshot that was verified last is named here"
        }
    }
}
