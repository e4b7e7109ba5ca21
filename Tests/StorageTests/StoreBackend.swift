import Chat
import Storage
import Testing

/// The event stores that the contract suite runs over.
enum StoreBackend: String, CaseIterable, CustomTestStringConvertible {
    case memory, embedded

    var testDescription: String { rawValue }

    func make() throws -> any StoreUnderTest {
        switch self {
        case .memory: MemoryUnderTest()
        case .embedded: try EmbeddedUnderTest()
        }
    }
}

/// One store with its reader, as a test sees it.
protocol StoreUnderTest: AnyObject {
    var store: any EventStore { get }
    var reader: any RetentionReader { get }
    /// The process is gone and a new one opens the same data.
    func reopen() throws
}

extension StoreUnderTest {
    /// Appends and answers what became of it.
    func append(_ batch: Batch) throws -> AppendOutcome {
        var outcome: AppendOutcome?
        store.append(batch) { outcome = $0 }
        return try #require(outcome, "a store that is not told to be slow completes before it returns")
    }

    func events(of room: RoomID) throws -> [HistoryEvent] {
        try reader.events(of: room, after: 0, through: .max, maxEvents: .max, maxBytes: .max)
    }
}

final class MemoryUnderTest: StoreUnderTest {
    private(set) var memory = MemoryStore(incarnation: Incarnation(high: 1, low: 2))

    var store: any EventStore { memory }
    var reader: any RetentionReader { memory.history }

    func reopen() { memory = memory.crash() }
}

final class EmbeddedUnderTest: StoreUnderTest {
    let folder: TemporaryFolder
    private(set) var embedded: EmbeddedStore

    init() throws {
        folder = try TemporaryFolder()
        embedded = try EmbeddedStore(path: folder.file("chat.db"), isNew: true)
    }

    deinit { try? embedded.close() }

    var store: any EventStore { embedded }
    var reader: any RetentionReader { embedded.history }

    func reopen() throws {
        try embedded.close()
        embedded = try EmbeddedStore(path: folder.file("chat.db"))
    }
}
