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
        #expect(try subject.store.perform([.open(session, most: 9)]) == [.done])
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
            try subject.store.perform([
                .open(one, most: 9), .open(other, most: 9), .close(token: one.token),
            ]) == [
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
        _ = try subject.store.perform((annas + bens).map { .open($0, most: 20) })
        #expect(
            try subject.store.perform([
                .closeAll(of: anna, before: 0), .closeAll(of: anna, before: 1),
                .closeAll(of: anna, before: 1),
            ]) == [.count(0), .count(20), .count(0)])
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
            token: first.token, person: ben, epoch: 0, createdAt: later(1), expiresAt: later(100))
        _ = try subject.store.perform([.open(first, most: 9), .open(second, most: 9)])
        #expect(
            try subject.store.perform([.closeAll(of: anna, before: 1), .sweep(now: later(50), max: 10)]) == [
                .count(0), .count(0),
            ])
        #expect(try subject.find(first.token, now: later(50)) == second)
        #expect(try subject.store.perform([.closeAll(of: ben, before: 1)]) == [.count(1)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func inviteIsFoundUntilItExpires(backend: SessionBackend) throws {
        let subject = try backend.make()
        let person = sample.person("anna").id
        let invite = SessionOperation.Invite(
            token: sample.digest(), person: person, epoch: 70_000, expiresAt: later(10))
        let stale = SessionOperation.Invite(
            token: sample.digest(), person: person, epoch: 0, expiresAt: later(5))
        _ = try subject.store.perform([.invite(invite), .invite(stale)])
        try subject.reopen()
        let answers = try subject.store.perform([
            .findInvite(token: invite.token, now: later(5)), .findInvite(token: invite.token, now: later(5)),
            .findInvite(token: stale.token, now: later(5)), .findInvite(token: stale.token, now: noon),
        ])
        #expect(answers == [.invite(invite), .invite(invite), .invite(nil), .invite(nil)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func sweepRemovesWhatHasExpiredTheOldestFirstAndNoMoreThanAsked(backend: SessionBackend) throws {
        let subject = try backend.make()
        let person = sample.person("anna").id
        let sessions = (1...6).map { session(of: person, expiresAt: later($0)) }
        let invites = (1...3).map {
            SessionOperation.Invite(token: sample.digest(), person: person, epoch: 0, expiresAt: later($0))
        }
        _ = try subject.store.perform(
            sessions.reversed().map { .open($0, most: 9) } + invites.map { .invite($0) })
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
            _ = try subject.store.perform(sessions[start..<start + 500].map { .open($0, most: 100) })
        }
        try subject.reopen()
        let found = try subject.store.perform(sessions.map { .find(token: $0.token, now: noon) })
        #expect(found == sessions.map { .session($0) })
        #expect(
            try subject.store.perform(people.map { .closeAll(of: $0, before: 1) })
                == people.map { _ in .count(100) })
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func onlySessionsOfEarlierEpochsClose(backend: SessionBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna").id
        let sessions = [0, 1, 255, 256, 70_000].map { session(of: anna, epoch: $0) }
        _ = try subject.store.perform(sessions.map { .open($0, most: 9) })
        #expect(try subject.store.perform([.closeAll(of: anna, before: 256)]) == [.count(3)])
        try subject.reopen()
        let found = try subject.store.perform(sessions.map { .find(token: $0.token, now: noon) })
        #expect(found == [nil, nil, nil, sessions[3], sessions[4]].map { .session($0) })
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func theOldestSessionGivesWayToOneTooMany(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let bens = session(of: ben, createdAt: later(-10))
        let annas = [3, 1, 2].map { session(of: anna, createdAt: later($0)) }
        let another = session(of: anna, createdAt: later(4))
        _ = try subject.store.perform(([bens] + annas).map { .open($0, most: 3) })
        // The same token again is no other session.
        _ = try subject.store.perform([.open(annas[0], most: 3), .open(another, most: 3)])
        let found = try subject.store.perform(
            ([bens, another] + annas).map { .find(token: $0.token, now: noon) })
        #expect(found == [bens, another, annas[0], nil, annas[2]].map { .session($0) })
    }

    /// More than one piece of them, so that a smaller set leaves none of the larger behind.
    @Test(arguments: SessionBackend.allCases)
    func theRatesThatWereKeptLastAreFoundAfterReopening(backend: SessionBackend) throws {
        let subject = try backend.make()
        #expect(try subject.store.perform([.findRates]) == [.rates([])])
        for count in [3_000, 1_024, 5, 0] {
            let kept = (0..<count).map { number in
                RateRecord(
                    kind: UInt8(number % 10), level: UInt8(number % 4), tag: Int64(number) * -7_919 | 1,
                    fullAt: later(number))
            }
            #expect(try subject.store.perform([.keepRates(kept)]) == [.done])
            try subject.reopen()
            guard case .rates(let found) = try subject.store.perform([.findRates]).first else {
                Issue.record("no rates are answered")
                return
            }
            #expect(Set(found) == Set(kept) && found.count == kept.count)
        }
    }

    private mutating func session(
        of person: PersonID, epoch: UInt32 = 0, createdAt: Timestamp? = nil, expiresAt: Timestamp? = nil
    ) -> SessionOperation.Session {
        SessionOperation.Session(
            token: sample.digest(), person: person, epoch: epoch, createdAt: createdAt ?? noon,
            expiresAt: expiresAt ?? later(1_000))
    }

    private func later(_ seconds: Int) -> Timestamp { noon.advanced(by: .seconds(seconds)) }
}
