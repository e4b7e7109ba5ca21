package import Chat
package import Native
package import Storage

/// Brings a directory's databases to today's form before they are opened, in one step or not at all.
///
/// A snapshot of everything is made first; what it holds is unpacked, migrated and held against what the
/// snapshot says was there; then the new databases take the place of the old ones. Where there is nothing to
/// do, nothing is written. docs/upgrade.md is its text.
///
/// For the caller's thread, under the directory's lock and as its owner, with nothing open.
package struct StoreUpgrade {
    private let directory: DataDirectory
    private let signer: Ed25519Key
    private let protection: SnapshotProtection?
    private let forms: StoreForms
    private let limits: Limits
    private let swap: UpgradeSwap
    private let report: (String) -> Void

    /// - Parameter protection: what the snapshot is encrypted to; it has the private keys then.
    /// - Parameter report: told what is being done, when something is.
    package init(
        of directory: DataDirectory, signer: Ed25519Key, protection: SnapshotProtection?,
        forms: StoreForms = .current, limits: Limits, report: @escaping (String) -> Void
    ) {
        self.directory = directory
        self.signer = signer
        self.protection = protection
        self.forms = forms
        self.limits = limits
        self.report = report
        swap = UpgradeSwap(directory)
    }

    /// - Throws: what it throws leaves the old databases whole, or the new ones.
    package func run(now: Timestamp) throws(UpgradeError) {
        do {
            if try swap.isReady { try finish() }
            guard let look = try look() else { return }
            try swap.discard()
            if look.isOlder { try upgrade(look, now) }
        } catch {
            throw UpgradeError(wrapping: error)
        }
    }

    /// An upgrade came as far as its commit.
    private func finish() throws {
        // Of a newer version, it is that one's to finish.
        _ = try forms.look(
            history: swap.readyDatabase(\.history), audit: swap.readyDatabase(\.audit))
        try swap.finish()
        report("an upgrade that was interrupted is finished")
    }

    /// - Returns: `nil` where a file is damaged: the stores themselves will say so, as at any start.
    private func look() throws -> StoreForms.Look? {
        let found: StoreForms.Look?
        do throws(StorageError) {
            guard
                let history = try unlessDamaged({ () throws(StorageError) in
                    try forms.look(intoHistory: directory.history)
                })
            else { return nil }
            let audit = try unlessDamaged { () throws(StorageError) in
                try forms.look(intoAudit: directory.audit)
            }
            if audit == nil, history.isOlder {
                throw StorageError(
                    .damaged, "\(directory.audit) is damaged, and has to be upgraded with the history")
            }
            found = audit.map { StoreForms.Look(history: history, audit: $0) }
        } catch {
            guard error.code == .newer else { throw error }
            throw UpgradeError(
                .newer,
                "\(error.detail). Nothing was changed. Run the newer version, or restore a snapshot from "
                    + "before its upgrade")
        }
        return found
    }

    private func unlessDamaged(
        _ look: () throws(StorageError) -> FormatStanding
    ) throws(StorageError) -> FormatStanding? {
        do throws(StorageError) {
            return try look()
        } catch {
            guard error.code == .damaged else { throw error }
            return nil
        }
    }

    private func upgrade(_ look: StoreForms.Look, _ now: Timestamp) throws {
        let (from, to) = (forms.text(of: look), forms.text)
        try demandRoom()
        report("the data are upgraded from \(from) to \(to); a snapshot is made first")
        let name = SnapshotShelf.nameBeforeUpgrade(at: now)
        let snapshot = "\(directory.snapshots)/\(name)"
        try swap.begin(snapshot: name)
        do {
            let lock = try protection?.lock()
            try make(snapshot, lock, now)
            report("\(snapshot): verified, and what it holds is migrated")
            let verification = SnapshotVerification(
                of: snapshot, key: signer.publicKey, access: lock.map { .maker($0) },
                scratch: swap.prepared.path, forms: forms, limits: limits)
            _ = try verification.unpack(keepsKeys: false, keepsForm: false)
            var random = SystemRandomNumberGenerator()
            let details: AuditDetails = [
                "from": .text(from), "to": .text(to), "version": .text(Version.text), "snapshot": .text(name),
            ]
            try AuditOutbox.add(
                AuditRecord(at: now, .upgraded, by: .server, of: [], details, random: &random),
                to: swap.prepared.history)
            try swap.commit()
        } catch {
            // Where the commit's own sync has failed it may be done all the same: then it stays, for the next
            // start to find.
            try? swap.discard()
            throw error
        }
        try swap.finish()
        report("the data are upgraded to \(to); the way back is \(snapshot)")
    }

    /// Of the stores as they are; they are closed when it returns.
    private func make(_ snapshot: String, _ lock: SnapshotLock?, _ now: Timestamp) throws {
        try Files.makeDirectory(directory.snapshots, mode: 0o700)
        try SnapshotShelf(directory).sweep()
        let factory = Composition.embedded(
            in: directory, auditKey: signer, older: .taken, forms: forms, limits: limits)
        let sessions = try factory.openSessions()
        if let folder = sessions.setAside {
            report("the sessions were damaged and are set aside in \(folder)")
        }
        let log = try AuditLog.open(factory.audit, limits: limits, now: now)
        if let aside = log.setAside { report("\(aside.reason): the audit log is set aside as \(aside.path)") }
        let events = try openHistory(factory)
        // What a snapshot holds is signed to its end.
        try log.sign(at: now)
        guard let cuts = StoreCuts(history: events.prepareCut, audit: log.prepareCut, sessions: sessions.cut)
        else { throw UpgradeError(.failed, "the stores know no cuts") }
        let plan = SnapshotMaker.Plan(
            target: snapshot, program: Version.text, signer: signer,
            files: directory.snapshotFiles(withKeys: lock != nil), growing: directory.growingSnapshotFile,
            hasKeys: lock != nil, lock: lock, limits: limits)
        let maker = SnapshotMaker(
            plan, history: cuts.prepareHistory(), audit: cuts.prepareAudit(), beginSessions: cuts.sessions)
        try maker.begin(now: now)
        var progress = UpgradeProgress(report)
        _ = try maker.copy { progress.note(done: $0.done, all: $0.all) }
        try events.close()
        try log.close(at: now)
    }

    private func openHistory(_ factory: StoreFactory) throws -> OpenEvents {
        do throws(StorageError) {
            return try factory.openEvents()
        } catch {
            guard error.code == .damaged else { throw error }
            throw UpgradeError(
                .damaged, StoreDamage(.history, directory.history, error.detail, in: directory).description)
        }
    }

    /// For the snapshot, for what is unpacked from it, and for SQLite's log of the steps.
    private func demandRoom() throws {
        let needed = try [directory.history, directory.audit].reduce(Int64(0)) { sum, path in
            let sizes = try [path, "\(path)-wal"].map { try Files.status(of: $0)?.size ?? 0 }
            return sum + 3 * sizes.reduce(0, +)
        }
        let room = try Files.room(at: directory.path)
        let reserve = DiskMarks(limits, size: room.size).reserve
        guard room.free > needed + reserve else {
            throw UpgradeError(
                .full,
                "an upgrade may need \(needed) bytes in \(directory.path), and \(room.free) are free, "
                    + "\(reserve) of which are kept. Nothing was changed")
        }
    }
}
