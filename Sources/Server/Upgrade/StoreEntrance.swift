import Chat
import Native

/// The way to a directory's stores for the one process that works on them: its lock, its keys, and databases
/// of today's form. Whatever opens the stores of a server comes through here.
///
/// For the caller's thread; the lock is held for as long as this lives.
package struct StoreEntrance: ~Copyable {
    package let keys: ServerKeys
    private let lock: DirectoryLock

    /// - Parameter report: told what is being done where the data have to be upgraded: it may take long.
    /// - Throws: `DataDirectoryError` or `UpgradeError`.
    package init(
        _ directory: DataDirectory, _ configuration: Configuration, report: @escaping (String) -> Void
    ) throws {
        let lock = try directory.enter()
        let keys = try ServerKeys.load(from: directory)
        if configuration.backend == .embedded {
            let recipient = configuration.snapshotRecipient
            try StoreUpgrade(
                of: directory, signer: keys.audit,
                protection: recipient.isEmpty ? nil : .recipient(recipient), limits: configuration.limits,
                report: report
            ).run(now: Timestamp(milliseconds: WallClock.milliseconds()))
        }
        self.lock = lock
        self.keys = keys
    }
}
