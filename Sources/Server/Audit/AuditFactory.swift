package import Chat
package import Native
package import Storage

/// What makes an audit log: its key, its places, and the store. Handed to the thread that will own the log.
package struct AuditFactory: Sendable {
    /// Where the log leaves traces beside its store; `nil` leaves none, for development.
    package struct Places: Hashable, Sendable {
        /// What vouches for the log's tail.
        package var tail: String?
        /// The checkpoints, a line each.
        package var checkpoints: String?
        /// The machine's log.
        package var systemLog: String?

        package init(tail: String? = nil, checkpoints: String? = nil, systemLog: String? = nil) {
            self.tail = tail
            self.checkpoints = checkpoints
            self.systemLog = systemLog
        }
    }

    package let key: Ed25519Key
    package let places: Places
    package let open: @Sendable () throws(StorageError) -> OpenAudit
    /// Puts a log that is not what it must be out of the way. Only while it is not open.
    /// - Returns: where it is now.
    package let setAside: @Sendable () throws(StorageError) -> String

    package init(
        key: Ed25519Key, places: Places, open: @escaping @Sendable () throws(StorageError) -> OpenAudit,
        setAside: @escaping @Sendable () throws(StorageError) -> String
    ) {
        self.key = key
        self.places = places
        self.open = open
        self.setAside = setAside
    }
}

/// The audit log, open: the writer for its thread, the reader for any.
package struct OpenAudit {
    package let store: any AuditStore
    package let reader: any AuditReader
    /// Prepares a cut for a snapshot, on any thread; `nil` where the store knows none.
    package let prepareCut: (@Sendable () -> DatabaseCut)?
    package let care: StoreCare
    package let close: () throws(StorageError) -> Void

    package init(
        store: any AuditStore, reader: any AuditReader,
        prepareCut: (@Sendable () -> DatabaseCut)? = nil, care: StoreCare = StoreCare(),
        close: @escaping () throws(StorageError) -> Void
    ) {
        self.store = store
        self.reader = reader
        self.prepareCut = prepareCut
        self.care = care
        self.close = close
    }
}
