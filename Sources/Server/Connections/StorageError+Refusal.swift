import Chat

extension StorageError {
    /// What a client is told of a store's trouble; the log is told the rest.
    func refusal(_ limits: Limits) -> Refusal {
        switch code {
        case .full: Refusal(.storageFull, retryAfter: limits.busyRetry)
        case .damaged: Refusal(.storageDamaged, retryAfter: limits.damagedRetry)
        case .newer, .older, .locked, .failed: Refusal(.busy, retryAfter: limits.busyRetry)
        }
    }
}
