package import Chat
import Storage

/// The only file that names concrete stores.
package enum Composition {
    /// SQLite for the history, LMDB for the sessions.
    package static func embedded(
        history path: String, state directory: String, limits: Limits
    ) -> StoreFactory {
        StoreFactory {
            () throws(StorageError) in
            let store = try EmbeddedStore(path: path, limits: limits)
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
