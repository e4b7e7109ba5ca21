import Chat
import Storage
import Testing

/// The session stores that the contract suite runs over.
enum SessionBackend: String, CaseIterable, CustomTestStringConvertible {
    case memory, embedded

    var testDescription: String { rawValue }

    func make() throws -> any SessionStoreUnderTest {
        switch self {
        case .memory: MemorySessionsUnderTest()
        case .embedded: try EmbeddedSessionsUnderTest()
        }
    }
}

protocol SessionStoreUnderTest: AnyObject {
    var store: any SessionStore { get }
    /// The process is gone and a new one opens the same data.
    func reopen() throws
}

extension SessionStoreUnderTest {
    func find(_ shown: ShownToken, now: Timestamp) throws -> LoginSession? {
        guard case .session(let session) = try store.perform([.find(shown, now: now)]).first else {
            return nil
        }
        return session
    }

    func refresh(_ shown: ShownToken, next: Digest, now: Timestamp) throws -> Refreshing? {
        let expiresAt = now.advanced(by: .seconds(2_000))
        let operation = SessionOperation.refresh(shown, next: next, now: now, expiresAt: expiresAt)
        guard case .refreshed(let outcome) = try store.perform([operation]).first else { return nil }
        return outcome
    }

    func list(of person: PersonID) throws -> [LoginSession]? {
        guard case .sessions(let sessions) = try store.perform([.list(of: person)]).first else { return nil }
        return sessions
    }
}

/// Sessions in memory have nothing to open again.
final class MemorySessionsUnderTest: SessionStoreUnderTest {
    let store: any SessionStore = MemorySessionStore()

    func reopen() {}
}

final class EmbeddedSessionsUnderTest: SessionStoreUnderTest {
    let folder: TemporaryFolder
    private var embedded: EmbeddedSessionStore?

    init() throws {
        folder = try TemporaryFolder()
        embedded = try EmbeddedSessionStore(directory: folder.file("state.lmdb"))
    }

    var store: any SessionStore { embedded! }

    func reopen() throws {
        // LMDB refuses to be open twice in one process: the first goes before the second comes.
        embedded = nil
        embedded = try EmbeddedSessionStore(directory: folder.file("state.lmdb"))
    }
}
