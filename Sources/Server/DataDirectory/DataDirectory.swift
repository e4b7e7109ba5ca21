package import Native

/// One server's data: where each thing lies in its directory, and the way in.
///
/// A value; nothing is open. Blocks on the disk: before the loops start, never on one.
package struct DataDirectory: Hashable, Sendable {
    /// Where a packaged server keeps its data, and where its control socket is then.
    package static let standardPath = "/var/lib/securechat"
    private static let standardRuntimePath = "/run/securechat"

    /// Without a slash at its end.
    package let path: String

    package init(path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    package var history: String { "\(path)/chat.db" }
    package var state: String { "\(path)/state.lmdb" }
    /// What is searched: made of the history, and anew where it is lost.
    package var search: String { "\(path)/search.db" }
    package var audit: String { "\(path)/audit.db" }
    /// The audit log's checkpoints, a line each: to be copied off the machine.
    package var auditCheckpoints: String { "\(path)/audit-checkpoints.jsonl" }
    package var keys: String { "\(path)/keys" }
    package var identityKey: String { "\(keys)/identity.pem" }
    /// What is random and the same for the life of the installation.
    package var installationKey: String { "\(keys)/installation.key" }
    package var authorityCertificate: String { "\(keys)/ca.pem" }
    package var authorityKey: String { "\(keys)/ca-key.pem" }
    package var certificate: String { "\(keys)/tls.pem" }
    package var certificateKey: String { "\(keys)/tls-key.pem" }
    package var auditKey: String { "\(keys)/audit.pem" }
    /// What an exported audit log is verified with, anywhere.
    package var auditPublicKey: String { "\(keys)/audit-public.pem" }
    /// What vouches for the audit log's end until it is signed.
    package var auditTail: String { "\(keys)/audit-tail.key" }
    /// Ids of people who were deleted, a line each: what a restore takes along.
    package var deletedPeople: String { "\(path)/deleted-people" }
    /// Where snapshots go that are given no other place.
    package var snapshots: String { "\(path)/snapshots" }
    /// Written last by `init`: without it the directory was never finished.
    package var marker: String { "\(path)/securechat.json" }

    /// Logs that were put aside because they were not what they must be: they keep what they hold.
    package func auditLogsSetAside() throws(IOError) -> [String] {
        try Files.names(in: path).filter { name in
            name.hasPrefix("audit.db.damaged-") && !name.hasSuffix("-wal") && !name.hasSuffix("-shm")
        }.map { "\(path)/\($0)" }
    }

    package var auditPlaces: AuditFactory.Places {
        AuditFactory.Places(
            tail: auditTail, checkpoints: auditCheckpoints, systemLog: SystemLog.standardPath)
    }

    /// A packaged server's is where systemd makes a directory for it; any other's is beside its data.
    package var controlSocket: String {
        let isPackaged =
            path == Self.standardPath && (try? Files.status(of: Self.standardRuntimePath))?.kind == .directory
        return isPackaged ? "\(Self.standardRuntimePath)/control.sock" : "\(path)/control.sock"
    }

    /// Becomes the directory's owner for good if we are root, and takes the lock: from here on this process
    /// is the only one that works on the data, and leaves no file of root's behind.
    ///
    /// The rights go first: as root even opening the lock would trust a directory that another account can
    /// change.
    package func enter() throws -> DirectoryLock {
        guard let status = try Files.status(of: path), status.kind == .directory else {
            throw DataDirectoryError(
                path, "there is no such directory",
                "Run `securechat init --data \(path)`, or give another --data")
        }
        let account = CurrentProcess.account
        guard account.isRoot || account.user == status.owner.user else {
            throw DataDirectoryError(
                path,
                "it belongs to user \(status.owner.user), and this process to user \(account.user)",
                "Run the command as that user or as root")
        }
        if account.isRoot, !status.owner.isRoot { try CurrentProcess.dropPrivileges(to: status.owner) }
        do throws(DirectoryLock.Refusal) {
            return try DirectoryLock(directory: path)
        } catch {
            switch error {
            case .held:
                throw DataDirectoryError(
                    path, "\(error)",
                    "Stop that process first; a running server is administered over its socket")
            case .failed(let error):
                throw DataDirectoryError(path, "it cannot be locked: \(error)", "Check its permissions")
            }
        }
    }

    /// What `init` wrote last. Refused, with the mend, when the directory holds no finished server of ours.
    package func readMarker() throws -> DataDirectoryMarker {
        switch try condition() {
        case .finished(let marker): return marker
        case .newer(let format):
            throw DataDirectoryError(
                path, "it was made by a newer version (format \(format))", "Use that version, or a newer one")
        case .missing, .empty:
            throw DataDirectoryError(
                path, "there is no server in it", "Run `securechat init --data \(path)` first")
        case .unfinished:
            throw DataDirectoryError(
                path, "its `securechat init` was interrupted", "Run `securechat init --data \(path)` again")
        case .foreign(let names):
            throw DataDirectoryError(
                path, "it holds other things: \(names)", "Give the right directory with --data")
        case .unreadable(let reason):
            throw DataDirectoryError(path, reason, "Restore \(marker) from a backup")
        }
    }
}

/// Why a data directory cannot be used, and how to mend it. A value; any thread.
package struct DataDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String
    package let mend: String

    package init(_ path: String, _ reason: String, _ mend: String) {
        self.path = path
        self.reason = reason
        self.mend = mend
    }

    package var description: String { "\(path): \(reason). \(mend)." }
}
