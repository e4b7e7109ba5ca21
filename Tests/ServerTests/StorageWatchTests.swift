import Chat
import Logging
import Synchronization
import Testing

@testable import Server

@Suite struct StorageWatchTests {
    /// Keeps what is logged.
    private struct Lines: LogHandler {
        final class Store: Sendable { let lines = Mutex<[String]>([]) }

        let store: Store
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            store.lines.withLock { $0.append("\(event.level) \(event.message)") }
        }
    }

    /// A full disk refuses a thousand requests a second: the log has to stay readable.
    @Test func troubleAndItsEndAreToldOnceEach() {
        let store = Lines.Store()
        let watch = StorageWatch("history", log: Logger(label: "test") { _ in Lines(store: store) })
        watch.noteSuccess()
        for _ in 0..<3 { watch.note(StorageError(.full, "messages are refused")) }
        for _ in 0..<3 { watch.noteSuccess() }
        watch.note(StorageError(.failed, "EIO"))
        #expect(
            store.lines.withLock { $0 } == [
                "error history: no room on the disk: nothing is stored until there is. messages are refused",
                "notice history: works again", "error history: EIO",
            ])
    }
}
