import Chat
import Storage
import Testing

/// The session stores that the contract suite runs over.
enum SessionBackend: String, CaseIterable, CustomTestStringConvertible {
    case memory

    var testDescription: String { rawValue }

    func make() throws -> any SessionStoreUnderTest {
        switch self {
        case .memory: MemorySessionsUnderTest()
        }
    }
}

protocol SessionStoreUnderTest: AnyObject {
    var store: any SessionStore { get }
    /// The process is gone and a new one opens the same data.
    func reopen() throws
}

extension SessionStoreUnderTest {
    func find(_ token: Digest, now: Timestamp) throws -> SessionOperation.Session? {
        guard case .session(let session) = try store.perform([.find(token: token, now: now)]).first else { return nil }
        return session
    }
}

/// Sessions in memory have nothing to open again.
final class MemorySessionsUnderTest: SessionStoreUnderTest {
    let store: any SessionStore = MemorySessionStore()

    func reopen() {}
}
