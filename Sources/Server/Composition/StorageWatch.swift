package import Chat
package import Logging
import Synchronization

/// Tells the operator that a store has trouble, once, and once that it is over: whoever asks the store is
/// told each time, and not why. Any thread.
package final class StorageWatch: Sendable {
    private let store: String
    private let log: Logger
    private let hasTrouble = Atomic<Bool>(false)

    package init(_ store: String, log: Logger) {
        self.store = store
        self.log = log
    }

    package func note(_ error: StorageError) {
        guard !hasTrouble.exchange(true, ordering: .relaxed) else { return }
        switch error.code {
        case .full:
            log.error("\(store): no room on the disk: nothing is stored until there is. \(error.detail)")
        case .damaged, .newer, .older, .locked, .failed: log.error("\(store): \(error.detail)")
        }
    }

    package func noteSuccess() {
        guard hasTrouble.load(ordering: .relaxed), hasTrouble.exchange(false, ordering: .relaxed) else {
            return
        }
        log.notice("\(store): works again")
    }
}
