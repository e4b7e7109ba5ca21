import Chat
import Testing

/// What every session store does.
@Suite struct SessionStoreContract {
    private var sample = Sample()
    private let noon = Timestamp(milliseconds: 1_700_000_000_000)

    @Test(arguments: SessionBackend.allCases)
    mutating func sessionIsFoundUntilItExpires(backend: SessionBackend) throws {
        let subject = try backend.make()
        let session = session(of: sample.person("anna").id, expiresAt: later(10))
        #expect(try subject.store.perform([.open(session)]) == [.done])
        #expect(try subject.find(session.token, now: noon) == session)
        try subject.reopen()
        #expect(try subject.find(session.token, now: later(9)) == session)
        #expect(try subject.find(sample.digest(), now: noon) == nil)
        #expect(try subject.find(session.token, now: later(10)) == nil)
        #expect(try subject.find(session.token, now: noon) == nil, "an expired session is removed")
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func closedSessionIsNotFoundAgain(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (one, other) = (session(of: sample.person("anna").id), session(of: sample.person("ben").id))
        #expect(
            try subject.store.perform([.open(one), .open(other), .close(token: one.token)]) == [
                .done, .done, .done,
            ])
        try subject.reopen()
        #expect(try subject.find(one.token, now: noon) == nil)
        #expect(try subject.find(other.token, now: noon) == other)
        #expect(try subject.store.perform([.close(token: one.token)]) == [.done])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func allSessionsOfAPersonCloseAtOnceAndNobodyElses(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let annas = (0..<20).map { _ in session(of: anna) }
        let bens = (0..<3).map { _ in session(of: ben) }
        _ = try subject.store.perform((annas + bens).map { .open($0) })
        #expect(
            try subject.store.perform([.closeAll(of: anna), .closeAll(of: anna)]) == [.count(20), .count(0)])
        try subject.reopen()
        for session in annas { #expect(try subject.find(session.token, now: noon) == nil) }
        for session in bens { #expect(try subject.find(session.token, now: noon) == session) }
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func openingATokenAgainReplacesItsSession(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let first = session(of: anna, expiresAt: later(1))
        let second = SessionOperation.Session(
            token: first.token, person: ben, createdAt: later(1), expiresAt: later(100))
        _ = try subject.store.perform([.open(first), .open(second)])
        #expect(
            try subject.store.perform([.closeAll(of: anna), .sweep(now: later(50), max: 10)]) == [
                .count(0), .count(0),
            ])
        #expect(try subject.find(first.token, now: later(50)) == second)
        #expect(try subject.store.perform([.closeAll(of: ben)]) == [.count(1)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func inviteIsRedeemedOnce(backend: SessionBackend) throws {
        let subject = try backend.make()
        let person = sample.person("anna").id
        let invite = SessionOperation.Invite(token: sample.digest(), person: person, expiresAt: later(10))
        let stale = SessionOperation.Invite(token: sample.digest(), person: person, expiresAt: later(5))
        _ = try subject.store.perform([.invite(invite), .invite(stale)])
        try subject.reopen()
        let answers = try subject.store.perform([
            .redeem(token: invite.token, now: later(5)), .redeem(token: invite.token, now: later(5)),
            .redeem(token: stale.token, now: later(5)), .redeem(token: stale.token, now: noon),
        ])
        #expect(answers == [.invite(invite), .invite(nil), .invite(nil), .invite(nil)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func sweepRemovesWhatHasExpiredTheOldestFirstAndNoMoreThanAsked(backend: SessionBackend) throws {
        let subject = try backend.make()
        let person = sample.person("anna").id
        let sessions = (1...6).map { session(of: person, expiresAt: later($0)) }
        let invites = (1...3).map {
            SessionOperation.Invite(token: sample.digest(), person: person, expiresAt: later($0))
        }
        _ = try subject.store.perform(sessions.reversed().map { .open($0) } + invites.map { .invite($0) })
        #expect(try subject.store.perform([.sweep(now: later(4), max: 2)]) == [.count(4)])
        try subject.reopen()
        #expect(try subject.find(sessions[1].token, now: noon) == nil)
        #expect(try subject.find(sessions[2].token, now: noon) == sessions[2])
        #expect(try subject.store.perform([.sweep(now: later(4), max: 100)]) == [.count(3)])
        #expect(try subject.store.perform([.sweep(now: later(4), max: 100)]) == [.count(0)])
        #expect(try subject.find(sessions[4].token, now: noon) == sessions[4])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func thousandsOfSessionsAreKept(backend: SessionBackend) throws {
        let subject = try backend.make()
        let people = (0..<50).map { sample.person("person\($0)").id }
        let sessions = (0..<5_000).map { session(of: people[$0 % 50]) }
        for start in stride(from: 0, to: sessions.count, by: 500) {
            _ = try subject.store.perform(sessions[start..<start + 500].map { .open($0) })
        }
        try subject.reopen()
        let found = try subject.store.perform(sessions.map { .find(token: $0.token, now: noon) })
        #expect(found == sessions.map { .session($0) })
        #expect(
            try subject.store.perform(people.map { .closeAll(of: $0) }) == people.map { _ in .count(100) })
    }

    private mutating func session(of person: PersonID, expiresAt: Timestamp? = nil)
        -> SessionOperation.Session
    {
        SessionOperation.Session(
            token: sample.digest(), person: person, createdAt: noon, expiresAt: expiresAt ?? later(1_000))
    }

    private func later(_ seconds: Int) -> Timestamp { noon.advanced(by: .seconds(seconds)) }
}
