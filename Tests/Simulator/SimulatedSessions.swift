import Chat
import Security
import Storage

/// What state.lmdb is to the servers of a run: who has logged in. What it has answered is synced, so it
/// outlives a power cut.
final class SimulatedSessions {
    private let store = MemorySessionStore()
    private var last: UInt64 = 0
    private var closed: Set<LoginSessionID> = []

    /// A session of a new login, and those that gave way to it.
    func open(
        for person: PersonID, epoch: UInt32, most: Int, now: Timestamp
    ) -> (id: LoginSessionID, closed: [LoginSession]) {
        last += 1
        let id = LoginSessionID(high: 1, low: last)
        let session = LoginSession(
            id: id, person: person, epoch: epoch, kind: .device, name: "", createdAt: now,
            expiresAt: Timestamp(milliseconds: .max),
            tokens: LoginSession.Tokens(family: .zero, current: .zero))
        guard case .sessions(let displaced) = answer(.open(session, most: most)) else { return (id, []) }
        closed.formUnion(displaced.map(\.id))
        return (id, displaced)
    }

    func isOpen(_ id: LoginSessionID, of person: PersonID) -> Bool {
        guard case .sessions(let open) = answer(.list(of: person)) else { return false }
        return open.contains { $0.id == id }
    }

    /// `nil` when there is none.
    func close(_ id: LoginSessionID, of person: PersonID) -> LoginSession? {
        guard case .session(let session?) = answer(.close(id, of: person)) else { return nil }
        closed.insert(id)
        return session
    }

    func wasClosed(_ id: LoginSessionID) -> Bool { closed.contains(id) }

    private func answer(_ operation: SessionOperation) -> SessionAnswer {
        (try? store.perform([operation]).first) ?? .done
    }
}
