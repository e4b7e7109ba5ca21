package import Chat
package import Native
package import Storage

/// The only file that names concrete stores.
package enum Composition {
    /// SQLite for the history and the audit log, LMDB for the sessions.
    /// - Parameter isNew: whether a history that is not there is to be made: while a server is set up, when
    ///   what is begun is of no value either.
    /// - Parameter older: what is done with databases of an older form.
    package static func embedded(
        in directory: DataDirectory, auditKey: Ed25519Key, isNew: Bool = false,
        older: OlderForm = .refused, forms: StoreForms = .current, limits: Limits
    ) -> StoreFactory {
        let limits = fitted(limits, to: directory)
        let older = isNew ? .migrated : older
        return StoreFactory(
            audit: embeddedAudit(in: directory, key: auditKey, older, forms, limits: limits),
            search: embeddedSearch(in: directory, limits: limits)
        ) {
            () throws(StorageError) in
            let store = try EmbeddedStore(
                path: directory.history, isNew: isNew, older: older, forms: forms, limits: limits)
            return OpenEvents(
                store: store, history: store.history, server: store.serverID.bytes, forget: store.forget,
                forgetIfDue: store.forgetIfDue,
                prepareCut: store.prepareCut, care: store.care
            ) {
                () throws(StorageError) in try store.close()
            }
        } openSessions: {
            () throws(StorageError) in
            let store = try EmbeddedSessionStore(directory: directory.state, limits: limits)
            return OpenSessions(store: store, setAside: store.setAside, cut: store.cut, care: store.care)
        }
    }

    /// SQLite's logs must not take a small disk for themselves.
    private static func fitted(_ limits: Limits, to directory: DataDirectory) -> Limits {
        guard let room = try? Files.room(at: directory.path) else { return limits }
        return limits.onDisk(ofBytes: Int(room.size))
    }

    /// Nothing is kept: for development.
    package static func memory(incarnation: Incarnation, auditKey: Ed25519Key) -> StoreFactory {
        StoreFactory(audit: memoryAudit(key: auditKey), search: memorySearch) {
            () throws(StorageError) in
            let store = MemoryStore(incarnation: incarnation)
            return OpenEvents(store: store, history: store.history, server: incarnation.bytes) {}
        } openSessions: {
            OpenSessions(store: MemorySessionStore())
        }
    }

    /// An audit log that is gone with the process.
    package static func memoryAudit(key: Ed25519Key) -> AuditFactory {
        let random = SecureRandom()
        let log = AuditLogID(high: random.next(), low: random.next())
        return AuditFactory(key: key, places: AuditFactory.Places()) {
            () throws(StorageError) in
            let store = MemoryAuditStore(log: log)
            return OpenAudit(store: store, reader: store.reader) {}
        } setAside: {
            () throws(StorageError) in
            throw StorageError(.failed, "a log in memory cannot be set aside")
        }
    }

    /// An index that is gone with the process.
    package static var memorySearch: SearchFactory {
        SearchFactory(open: { _ in OpenSearch(index: MemorySearchIndex()) }, remove: {})
    }

    private static func embeddedSearch(in directory: DataDirectory, limits: Limits) -> SearchFactory {
        SearchFactory { incarnation throws(StorageError) in
            let index = try EmbeddedSearchIndex(
                path: directory.search, incarnation: incarnation, limits: limits)
            return OpenSearch(index: index, discarded: index.discarded)
        } remove: {
            () throws(StorageError) in
            try EmbeddedSearchIndex.remove(path: directory.search)
        }
    }

    private static func embeddedAudit(
        in directory: DataDirectory, key: Ed25519Key, _ older: OlderForm, _ forms: StoreForms,
        limits: Limits
    ) -> AuditFactory {
        AuditFactory(key: key, places: directory.auditPlaces) {
            () throws(StorageError) in
            let store = try EmbeddedAuditStore(
                path: directory.audit, older: older, forms: forms, limits: limits)
            return OpenAudit(
                store: store, reader: store.reader, prepareCut: store.prepareCut, care: store.care
            ) {
                () throws(StorageError) in
                try store.close()
            }
        } setAside: {
            () throws(StorageError) in
            try EmbeddedAuditStore.setAside(path: directory.audit)
        }
    }
}
