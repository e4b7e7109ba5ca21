package import Chat
package import Storage

/// Opens the stores, each on the thread that will own it for its life.
package struct StoreFactory: Sendable {
    package let openEvents: @Sendable () throws(StorageError) -> OpenEvents
    package let openSessions: @Sendable () throws(StorageError) -> OpenSessions
    package let audit: AuditFactory
    package let search: SearchFactory

    package init(
        audit: AuditFactory, search: SearchFactory,
        openEvents: @escaping @Sendable () throws(StorageError) -> OpenEvents,
        openSessions: @escaping @Sendable () throws(StorageError) -> OpenSessions
    ) {
        self.audit = audit
        self.search = search
        self.openEvents = openEvents
        self.openSessions = openSessions
    }
}

/// The history, open: the writer for its thread, the reader for any.
package struct OpenEvents {
    package let store: any EventStore
    package let history: any RetentionReader
    /// The sixteen bytes that name this server as long as its data lives.
    package let server: [UInt8]
    /// Takes what was deleted out of the files. On any thread but the owner's.
    package let forget: @Sendable () throws(StorageError) -> Void
    /// Begins that where something was erased, and waits for nothing. On any thread, now and then.
    package let forgetIfDue: @Sendable () -> Void
    /// Prepares a cut for a snapshot, on any thread; `nil` where the store knows none.
    package let prepareCut: (@Sendable () -> DatabaseCut)?
    package let care: StoreCare
    package let close: () throws(StorageError) -> Void

    package init(
        store: any EventStore, history: any RetentionReader, server: [UInt8],
        forget: @escaping @Sendable () throws(StorageError) -> Void = {},
        forgetIfDue: @escaping @Sendable () -> Void = {},
        prepareCut: (@Sendable () -> DatabaseCut)? = nil, care: StoreCare = StoreCare(),
        close: @escaping () throws(StorageError) -> Void
    ) {
        self.store = store
        self.history = history
        self.server = server
        self.forget = forget
        self.forgetIfDue = forgetIfDue
        self.prepareCut = prepareCut
        self.care = care
        self.close = close
    }
}

/// The sessions, open; they close with their last user. A value, handed to the thread that writes them.
package struct OpenSessions {
    package let store: any SessionStore
    /// Where damaged state was put aside, if it was: everybody has to log in again.
    package let setAside: String?
    /// Takes a cut for a snapshot, on any thread; `nil` where the store knows none.
    package let cut: (@Sendable () throws(StorageError) -> SessionCut)?
    package let care: StoreCare

    package init(
        store: any SessionStore, setAside: String? = nil,
        cut: (@Sendable () throws(StorageError) -> SessionCut)? = nil, care: StoreCare = StoreCare()
    ) {
        self.care = care
        self.store = store
        self.setAside = setAside
        self.cut = cut
    }
}
