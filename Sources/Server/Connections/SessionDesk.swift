package import Chat
import Wire

/// A person's own sessions and keys: listed, made, named and ended on the state writer's thread. Any thread
/// asks.
package struct SessionDesk: Sendable {
    /// Who asks, and from which of his sessions.
    struct Asker: Sendable {
        let person: Person
        let session: LoginSessionID?
    }

    enum Question: Sendable {
        case list
        case end(LoginSessionID)
        case name(LoginSessionID, String)
    }

    private let limits: Limits
    private let state: StateWriter
    private let now: @Sendable () -> Timestamp

    package init(limits: Limits, state: StateWriter, now: @escaping @Sendable () -> Timestamp) {
        self.limits = limits
        self.state = state
        self.now = now
    }

    /// `answered` is called once, on the state writer's thread, after the commit; not at all when this
    /// answers false: say `busy`.
    func ask(
        _ question: Question, _ asker: Asker, answered: @escaping @Sendable (ServerMessage) -> Void
    ) -> Bool {
        let operation: SessionOperation
        switch question {
        case .list: operation = .list(of: asker.person.id)
        case .end(let id): operation = .close(id, of: asker.person.id)
        case .name(let id, let name):
            guard LoginSession.isName(name, limits: limits) else {
                answered(.refused(RefusalNotice(Refusal(.invalidName))))
                return true
            }
            operation = .name(id, of: asker.person.id, name)
        }
        return state.submit(operation) { [self] result in answered(answer(result, asker)) }
    }

    /// As `ask`; the key is told only after the commit that remembers it.
    func make(
        _ key: NewKey, _ asker: Asker, answered: @escaping @Sendable (ServerMessage) -> Void
    ) -> Bool {
        guard let maker = asker.session else {
            preconditionFailure("SessionDesk: a key is made by whoever has logged in")
        }
        let minted = MintedKey(key, of: asker.person, now: now())
        let operation = SessionOperation.make(minted.session, most: limits.keysOfAPerson, by: maker)
        return state.submit(operation) { [self] result in
            switch result {
            case .success(.session(_?)): answered(.keyMade(minted.receipt))
            case .success(.tooMany): answered(.refused(RefusalNotice(.tooManyKeys(limits))))
            case .success, .failure: answered(answer(result, asker))
            }
        }
    }

    /// Of a login that was refused after its session was opened: nobody has been told its tokens.
    func discard(_ session: LoginSessionID, of person: PersonID) {
        _ = state.submit(.close(session, of: person)) { _ in }
    }

    private func answer(
        _ result: Result<SessionAnswer, StorageError>, _ asker: Asker
    ) -> ServerMessage {
        switch result {
        case .success(.sessions(let sessions)):
            let now = now()
            // Those of an earlier epoch are void, and only wait to be swept.
            let good = sessions.filter { $0.isGood(epoch: asker.person.sessionEpoch, now: now) }
            return .sessionList(good.map { SessionSummary($0, askedBy: asker.session) })
        case .success(.session(_?)): return .done
        case .success: return .refused(RefusalNotice(Refusal(.unknownSession)))
        case .failure(let error): return .refused(RefusalNotice(error.refusal(limits)))
        }
    }
}
