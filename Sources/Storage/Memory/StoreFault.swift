/// What a `MemoryStore` can be told to do wrong with one append, as real stores do.
package enum StoreFault: Hashable, Sendable {
    /// Refuses all rooms of the batch, as if another writer had been there first; its people are stored.
    case conflict
    /// No room: nothing is stored.
    case full
    /// The file is found damaged: nothing is stored, now or later.
    case damaged
    /// The sync failed. Whether the batch is there after the restart is the driver's choice.
    case unknown(isStored: Bool)
    /// The append and all that follow wait, unseen by readers, until the driver releases them one by one.
    case slow
    /// Answers `.stored` without having synced, so that a crash before the next honest append loses it. No
    /// store may do this: it is here to prove that the checks notice.
    case unsynced
}
