import Chat
import Storage
import Testing

/// The audit stores that the contract suite runs over.
enum AuditBackend: String, CaseIterable, CustomTestStringConvertible {
    case memory, embedded

    var testDescription: String { rawValue }

    func make() throws -> any AuditStoreUnderTest {
        switch self {
        case .memory: MemoryAuditUnderTest()
        case .embedded: try EmbeddedAuditUnderTest()
        }
    }
}

protocol AuditStoreUnderTest: AnyObject {
    var store: any AuditStore { get }
    var reader: any AuditReader { get }
    /// The process is gone and a new one opens the same data.
    func reopen() throws
}

final class MemoryAuditUnderTest: AuditStoreUnderTest {
    private(set) var memory = MemoryAuditStore(log: AuditLogID(high: 1, low: 2))

    var store: any AuditStore { memory }
    var reader: any AuditReader { memory.reader }

    func reopen() { memory = memory.crash() }
}

final class EmbeddedAuditUnderTest: AuditStoreUnderTest {
    let folder: TemporaryFolder
    private(set) var embedded: EmbeddedAuditStore

    init() throws {
        folder = try TemporaryFolder()
        embedded = try EmbeddedAuditStore(path: folder.file("audit.db"))
    }

    deinit { try? embedded.close() }

    var store: any AuditStore { embedded }
    var reader: any AuditReader { embedded.reader }

    func reopen() throws {
        try embedded.close()
        embedded = try EmbeddedAuditStore(path: folder.file("audit.db"))
    }
}
