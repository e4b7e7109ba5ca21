package import Chat

/// Opens the index, on the thread that will own it for its life. A value.
package struct SearchFactory: Sendable {
    package let open: @Sendable (Incarnation) throws(StorageError) -> OpenSearch
    /// Takes the index away. Nobody has it open, or whoever has will not use it any more.
    package let remove: @Sendable () throws(StorageError) -> Void

    package init(
        open: @escaping @Sendable (Incarnation) throws(StorageError) -> OpenSearch,
        remove: @escaping @Sendable () throws(StorageError) -> Void
    ) {
        self.open = open
        self.remove = remove
    }
}

/// The index, open. A value, for the thread that opened it.
package struct OpenSearch {
    package let index: any SearchIndex
    /// Why one that was there was thrown away; `nil` where none was.
    package let discarded: String?

    package init(index: any SearchIndex, discarded: String? = nil) {
        self.index = index
        self.discarded = discarded
    }
}
