package import Chat
import Native
import Security
package import Storage

/// Makes a server's directory out of a snapshot: beside its place, and put there by a rename when it is whole
/// and verified. Databases of an older form stay in it: the next start upgrades them, or the version that
/// made them goes on.
///
/// For the caller's thread. A kill at any moment leaves what was there before, under its name or, between two
/// renames, under the name that `replaced` says.
package struct SnapshotRestoration {
    package struct Outcome: Sendable {
        package let contents: SnapshotSummary
        /// Where the data lies that was there before.
        package let replaced: String?
    }

    private let path: String
    private let target: DataDirectory
    private let key: [UInt8]?
    private let access: SnapshotAccess?
    private let keys: String?
    private let replaces: Bool
    private let limits: Limits
    private let forms: StoreForms

    /// - Parameter key: the public key that it must be signed with; `nil` for that of the server which is
    ///   replaced, or for whichever it names where there is none.
    /// - Parameter access: what opens it when it is encrypted.
    /// - Parameter keys: a directory with the private keys, for a snapshot that has none.
    /// - Parameter replaces: whether a server that is there may be set aside.
    package init(
        of path: String, to target: DataDirectory, key: [UInt8]?, access: SnapshotAccess?, keys: String?,
        replaces: Bool, forms: StoreForms = .current, limits: Limits
    ) {
        self.forms = forms
        self.path = path
        self.target = target
        self.key = key
        self.access = access
        self.keys = keys
        self.replaces = replaces
        self.limits = limits
    }

    /// - Throws: `SnapshotError` or `DataDirectoryError`; then nothing was changed.
    package func run(now: Timestamp) throws -> Outcome {
        do {
            return try restore(now)
        } catch let error as DataDirectoryError {
            throw error
        } catch {
            throw SnapshotError(wrapping: error)
        }
    }

    private func restore(_ now: Timestamp) throws -> Outcome {
        let isReplaced = try refuseUnlessRestorable()
        // Nobody serves what is about to be set aside.
        let lock = isReplaced ? try lockTarget() : nil
        let work = DataDirectory(
            path: "\(target.path).restoring-\(String(UInt64.random(in: 0 ... .max), radix: 16))")
        do {
            let manifest = try fill(work, now: now, key: try key ?? knownKey(isReplaced))
            // Who was deleted since it was made is deleted again at the next start.
            if isReplaced { try DeletedPeopleList.copy(from: target, to: work) }
            let replaced = try place(work, isReplaced: isReplaced)
            _ = consume lock
            return Outcome(contents: SnapshotSummary(manifest), replaced: replaced)
        } catch {
            try? Files.removeTree(work.path)
            throw error
        }
    }

    /// - Returns: whether something is there that is set aside.
    private func refuseUnlessRestorable() throws -> Bool {
        let condition = try target.condition()
        if condition != .missing {
            guard try !Files.isLink(target.path), try !Files.isMountPoint(target.path) else {
                throw DataDirectoryError(
                    target.path, "it is a symbolic link or a mount point, and cannot be renamed",
                    "Restore into a directory in it, and move what is in that")
            }
        }
        switch condition {
        case .missing, .empty: return false
        case .finished, .newer, .unfinished:
            guard replaces else {
                throw DataDirectoryError(
                    target.path, "there is a server in it already",
                    "Nothing was changed. With --replace it is set aside first")
            }
            return true
        case .foreign(let names):
            throw DataDirectoryError(
                target.path, "it holds other things: \(names)", "Give a directory that is empty")
        case .unreadable(let reason):
            guard replaces else {
                throw DataDirectoryError(target.path, reason, "With --replace it is set aside")
            }
            return true
        }
    }

    /// As the caller, who goes on to work beside the directory; the lock's file is its owner's.
    private func lockTarget() throws -> DirectoryLock {
        let owner = try Files.owner(of: target.path)
        do throws(DirectoryLock.Refusal) {
            return try DirectoryLock(
                directory: target.path, owner: CurrentProcess.account.isRoot ? owner : nil)
        } catch {
            throw DataDirectoryError(target.path, "\(error)", "Stop that process first")
        }
    }

    private func knownKey(_ isReplaced: Bool) throws -> [UInt8]? {
        guard isReplaced, try Files.status(of: target.auditPublicKey) != nil else { return nil }
        return try AuditCheck.publicKey(at: target.auditPublicKey)
    }

    private func fill(_ work: DataDirectory, now: Timestamp, key: [UInt8]?) throws -> SnapshotManifest {
        let verification = SnapshotVerification(
            of: path, key: key, access: access, scratch: work.path, forms: forms, limits: limits)
        let (header, manifest) = try verification.unpack(keepsKeys: true, keepsForm: true)
        if !manifest.hasKeys { try copyKeys(to: work) }
        let signer = try ServerKeys.loadAudit(from: work)
        guard Hex.text(signer.publicKey) == header.key else {
            throw SnapshotError(.otherKey, "the audit key is not the one that the snapshot is signed with")
        }
        _ = try ServerKeys.load(from: work)
        let random = SecureRandom()
        let incarnation = Incarnation(high: random.next(), low: random.next())
        let record = record(of: manifest, incarnation, now)
        _ = try HistoryRebirth.run(work.history, incarnation: incarnation, record: record)
        return manifest
    }

    private func copyKeys(to work: DataDirectory) throws {
        guard let keys else {
            throw SnapshotError(
                .failed, "it was made without the private keys: give their directory with --keys")
        }
        for name in DataDirectory.keyFiles {
            let file = String(name.split(separator: "/").last ?? "")
            let bytes: [UInt8]
            do throws(IOError) {
                bytes = try Files.read("\(keys)/\(file)", limit: 1 << 20)
            } catch {
                // A certificate of one's own has no local authority.
                guard error.reason == .notFound, file == "ca-key.pem" else { throw error }
                continue
            }
            try Files.writeAtomically("\(work.path)/\(name)", bytes, mode: 0o600)
        }
    }

    /// The log forks here: what came after the snapshot is in no log of this server any more. The record
    /// waits in the outbox: so the log stays of the form that it has, for the version that made it.
    private func record(
        of manifest: SnapshotManifest, _ incarnation: Incarnation, _ now: Timestamp
    ) -> AuditRecord {
        var random = SystemRandomNumberGenerator()
        let details: AuditDetails = [
            "made_at": .number(manifest.createdAt), "was": .text(manifest.incarnation),
            "incarnation": .text("\(incarnation)"),
        ]
        return AuditRecord(at: now, .snapshotRestored, by: .operations, of: [], details, random: &random)
    }

    /// - Returns: where what was there before lies now.
    private func place(_ work: DataDirectory, isReplaced: Bool) throws -> String? {
        // Root restores for the account that the server runs as.
        if CurrentProcess.account.isRoot, let status = try Files.status(of: target.path) {
            try Files.giveTree(work.path, to: status.owner)
        }
        guard isReplaced else {
            // In the place of a directory that is empty, or of none.
            try Files.rename(work.path, to: target.path)
            return nil
        }
        var number = 1
        while try Files.status(of: "\(target.path).replaced-\(number)") != nil { number += 1 }
        let aside = DataDirectory(path: "\(target.path).replaced-\(number)")
        try Files.rename(target.path, to: aside.path)
        do throws(IOError) {
            try Files.rename(work.path, to: target.path)
        } catch {
            try? Files.rename(aside.path, to: target.path)
            throw error
        }
        // The snapshots are of this server too, and whoever deletes what was replaced needs them. Where they
        // cannot be moved they stay with it: what was restored is in its place all the same.
        if (try? Files.status(of: aside.snapshots)) != nil {
            try? Files.move(aside.snapshots, to: target.snapshots)
        }
        return aside.path
    }
}
