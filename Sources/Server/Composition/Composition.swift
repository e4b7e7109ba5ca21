package import Chat
import Storage

/// The only file that names concrete stores.
package enum Composition {
    /// SQLite for the history, LMDB for the sessions.
    /// - Parameter isNew: whether a history that is not there is to be made: while a server is set up.
    package static func embedded(
        history path: String, state directory: String, isNew: Bool = false, limits: Limits
    ) -> StoreFactory {
        StoreFactory {
            () throws(StorageError) in
            let store = try EmbeddedStore(path: path, isNew: isNew, limits: limits)
            return OpenEvents(store: store, history: store.history, server: store.serverID.bytes) {
                () throws(StorageError) in try store.close()
            }
        } openSessions: {
            () throws(StorageError) in
            let store = try EmbeddedSessionStore(directory: directory, limits: limits)
            return OpenSessions(store: store, setAside: store.setAside)
        }
    }

    /// Nothing is kept: for development.
    package static func memory(incarnation: Incarnation) -> StoreFactory {
        StoreFactory {
            () throws(StorageError) in
            let store = MemoryStore(incarnation: incarnation)
            return OpenEvents(store: store, history: store.history, server: incarnation.bytes) {}
        } openSessions: {
            OpenSessions(store: MemorySessionStore())
        }
    }
}
