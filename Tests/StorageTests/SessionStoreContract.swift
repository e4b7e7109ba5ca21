import Chat
import Testing

/// What every session store does.
@Suite struct SessionStoreContract {
    private var sample = Sample()
    private let noon = Timestamp(milliseconds: 1_700_000_000_000)

    // MARK: keys

    @Test(arguments: SessionBackend.allCases)
    mutating func aKeyIsFoundByItsTokenUntilItExpires(backend: SessionBackend) throws {
        let subject = try backend.make()
        let key = session(of: sample.person("anna").id, .key, expiresAt: later(10))
        #expect(try subject.store.perform([.open(key, most: 9)]) == [.sessions([])])
        #expect(try subject.find(shown(key), now: noon) == key)
        try subject.reopen()
        #expect(try subject.find(shown(key), now: later(9)) == key)
        #expect(try subject.find(shown(key), now: later(10)) == nil)
        let (family, secret) = (sample.digest(), sample.digest())
        for wrong in [
            ShownToken(session: key.id, family: key.tokens.family, secret: secret),
            ShownToken(session: key.id, family: family, secret: key.tokens.current),
            ShownToken(session: sample.session(), family: key.tokens.family, secret: key.tokens.current),
        ] {
            #expect(try subject.find(wrong, now: noon) == nil)
        }
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func whoIsForgottenHasNeitherSessionsNorInvites(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let (key, device) = (session(of: anna, .key, expiresAt: later(10)), session(of: anna))
        let other = session(of: ben)
        let invites = [anna, ben].map {
            SessionOperation.Invite(token: sample.digest(), person: $0, epoch: 0, expiresAt: later(10))
        }
        _ = try subject.store.perform(
            [key, device, other].map { .open($0, most: 9) } + invites.map { .invite($0) })
        #expect(try subject.store.perform([.forget(anna)]) == [.count(3)])
        try subject.reopen()
        #expect(try subject.list(of: anna)?.isEmpty == true)
        #expect(try subject.find(shown(key), now: noon) == nil)
        #expect(try subject.list(of: ben) == [other])
        #expect(
            try subject.store.perform(invites.map { .findInvite(token: $0.token, now: noon) })
                == [.invite(nil), .invite(invites[1])])
        #expect(try subject.store.perform([.forget(anna)]) == [.count(0)])
        var steps = 0
        while try subject.store.perform([.fillFree]) != [.count(0)], steps < 200 { steps += 1 }
        #expect(steps < 200)
        #expect(try subject.list(of: ben) == [other])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func thatAKeyWasSeenIsWrittenOnceAnHour(backend: SessionBackend) throws {
        let subject = try backend.make()
        let key = session(of: sample.person("anna").id, .key, expiresAt: later(100_000))
        _ = try subject.store.perform([.open(key, most: 9)])
        #expect(try subject.find(shown(key), now: later(3_599))?.lastSeenAt == noon)
        #expect(try subject.find(shown(key), now: later(3_600))?.lastSeenAt == later(3_600))
        try subject.reopen()
        #expect(try subject.list(of: key.person)?.map(\.lastSeenAt) == [later(3_600)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func aDevicesTokenOpensNothingAsAKeyNorTheOtherWay(backend: SessionBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna").id
        let (key, device) = (session(of: anna, .key), session(of: anna))
        _ = try subject.store.perform([.open(key, most: 9), .open(device, most: 9)])
        #expect(try subject.find(shown(device), now: noon) == nil)
        #expect(try subject.refresh(shown(key), next: sample.digest(), now: noon) == .unknown)
        #expect(try subject.find(shown(key), now: noon) == key)
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func aKeyKeepsWhatItIsGoodFor(backend: SessionBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna").id
        let all: [Scopes] = [.read, .send, .join, .rooms, .account, .usual, .ofKeys]
        let keys = all.map { session(of: anna, .key, scopes: $0) }
        let device = session(of: anna)
        _ = try subject.store.perform(
            keys.map { .make($0, most: 9, by: nil) } + [.open(device, most: 9)])
        try subject.reopen()
        for key in keys { #expect(try subject.find(shown(key), now: noon) == key) }
        #expect(try subject.list(of: anna)?.first { $0.kind == .device }?.scopes == .ofDevices)
    }

    /// A program does not lose its key because somebody logs in often, nor because another is made.
    @Test(arguments: SessionBackend.allCases)
    mutating func devicesAndKeysPushOutNoKeys(backend: SessionBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna").id
        let keys = (0..<3).map { _ in session(of: anna, .key, seenAt: later(-9)) }
        let devices = (0..<5).map { session(of: anna, seenAt: later($0)) }
        let one = session(of: anna, .key)
        let answers = try subject.store.perform(
            keys.map { .make($0, most: 3, by: nil) } + devices.map { .open($0, most: 2) }
                + [.make(one, most: 3, by: nil)])
        #expect(
            answers == keys.map { .session($0) }
                + [.sessions([]), .sessions([])] + devices[..<3].map { .sessions([$0]) } + [.tooMany])
        try subject.reopen()
        #expect(Set(try subject.list(of: anna) ?? []) == Set(keys + devices[3...]))
        let bens = session(of: sample.person("ben").id, .key)
        #expect(try subject.store.perform([.make(bens, most: 3, by: nil)]) == [.session(bens)])
    }

    /// They open nothing, and wait to be swept; of a person that changes the password often they are no heap.
    @Test(arguments: SessionBackend.allCases)
    mutating func keysThatAreVoidTakeNoPlace(backend: SessionBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna").id
        let old = session(of: anna, .key, epoch: 1)
        let expired = session(of: anna, .key, epoch: 2, expiresAt: noon)
        let good = session(of: anna, .key, epoch: 2)
        let (new, next) = (session(of: anna, .key, epoch: 2), session(of: anna, .key, epoch: 2))
        _ = try subject.store.perform([old, expired, good].map { .make($0, most: 9, by: nil) })
        #expect(
            try subject.store.perform([.make(new, most: 2, by: nil), .make(next, most: 2, by: nil)])
                == [.session(new), .tooMany])
        try subject.reopen()
        #expect(Set(try subject.list(of: anna) ?? []) == [good, new])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func whoHasEndedMakesNoKeys(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let (device, bens, key) = (session(of: anna), session(of: ben), session(of: anna, .key))
        _ = try subject.store.perform([.open(device, most: 9), .open(bens, most: 9)])
        #expect(
            try subject.store.perform([
                .make(key, most: 9, by: bens.id), .make(key, most: 9, by: sample.session()),
                .close(device.id, of: anna), .make(key, most: 9, by: device.id),
            ]) == [.session(nil), .session(nil), .session(device), .session(nil)])
        #expect(try subject.find(shown(key), now: noon) == nil)
        let another = session(of: anna)
        _ = try subject.store.perform([.open(another, most: 9)])
        #expect(try subject.store.perform([.make(key, most: 9, by: another.id)]) == [.session(key)])
        // A key is no maker, and what is made by one device does not end with it.
        let second = session(of: anna, .key)
        #expect(
            try subject.store.perform([
                .make(second, most: 9, by: key.id), .close(another.id, of: anna),
            ]) == [.session(nil), .session(another)])
        #expect(try subject.find(shown(key), now: noon) == key)
    }

    // MARK: devices

    @Test(arguments: SessionBackend.allCases)
    mutating func aTokenIsReplacedByTheNext(backend: SessionBackend) throws {
        let subject = try backend.make()
        let device = session(of: sample.person("anna").id)
        _ = try subject.store.perform([.open(device, most: 9)])
        let (second, third) = (sample.digest(), sample.digest())
        var expected = device
        expected.tokens.previous = device.tokens.current
        expected.tokens.current = second
        expected.lastSeenAt = later(1)
        expected.expiresAt = later(2_001)
        #expect(try subject.refresh(shown(device), next: second, now: later(1)) == .renewed(expected))
        try subject.reopen()
        let next = ShownToken(session: device.id, family: device.tokens.family, secret: second)
        guard case .renewed(let last) = try subject.refresh(next, next: third, now: later(2)) else {
            Issue.record("the next token was not taken")
            return
        }
        #expect(last.tokens.previous == second && last.tokens.current == third)
        #expect(try subject.list(of: device.person) == [last])
    }

    /// The answer with the next token was lost: the client has only the one before.
    @Test(arguments: SessionBackend.allCases)
    mutating func aTokenIsTakenOnceMoreWhileTheNextIsUnused(backend: SessionBackend) throws {
        let subject = try backend.make()
        let device = session(of: sample.person("anna").id)
        _ = try subject.store.perform([.open(device, most: 9)])
        let (lost, second) = (sample.digest(), sample.digest())
        _ = try subject.refresh(shown(device), next: lost, now: later(1))
        guard case .renewed(let again) = try subject.refresh(shown(device), next: second, now: later(2))
        else {
            Issue.record("who lost the answer is locked out")
            return
        }
        #expect(again.tokens.current == second && again.tokens.previous == device.tokens.current)
        // Whoever holds the one that was lost is not the one who got the second.
        let stolen = ShownToken(session: device.id, family: device.tokens.family, secret: lost)
        #expect(try subject.refresh(stolen, next: sample.digest(), now: later(3)) == .reused(again))
        try subject.reopen()
        #expect(try subject.list(of: device.person) == [])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func aReusedTokenEndsTheSession(backend: SessionBackend) throws {
        let subject = try backend.make()
        let device = session(of: sample.person("anna").id)
        _ = try subject.store.perform([.open(device, most: 9)])
        let (second, third) = (sample.digest(), sample.digest())
        _ = try subject.refresh(shown(device), next: second, now: noon)
        let next = ShownToken(session: device.id, family: device.tokens.family, secret: second)
        _ = try subject.refresh(next, next: third, now: noon)
        guard case .reused(let ended) = try subject.refresh(shown(device), next: sample.digest(), now: noon)
        else {
            Issue.record("a token from two turns ago was taken")
            return
        }
        #expect(ended.id == device.id)
        let newest = ShownToken(session: device.id, family: device.tokens.family, secret: third)
        #expect(try subject.refresh(newest, next: sample.digest(), now: noon) == .unknown)
    }

    /// Else whoever knows a session's id could end it.
    @Test(arguments: SessionBackend.allCases)
    mutating func aGuessEndsNothing(backend: SessionBackend) throws {
        let subject = try backend.make()
        let device = session(of: sample.person("anna").id, expiresAt: later(10))
        _ = try subject.store.perform([.open(device, most: 9)])
        let guess = ShownToken(session: device.id, family: sample.digest(), secret: sample.digest())
        #expect(try subject.refresh(guess, next: sample.digest(), now: noon) == .unknown)
        #expect(try subject.refresh(shown(device), next: sample.digest(), now: later(10)) == .unknown)
        #expect(try subject.list(of: device.person) == [device])
    }

    // MARK: closing

    @Test(arguments: SessionBackend.allCases)
    mutating func aSessionIsClosedByItsPersonOnly(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let (one, other) = (session(of: anna, .key), session(of: anna))
        _ = try subject.store.perform([.open(one, most: 9), .open(other, most: 9)])
        #expect(
            try subject.store.perform([.close(one.id, of: ben), .close(one.id, of: anna)])
                == [.session(nil), .session(one)])
        try subject.reopen()
        #expect(try subject.find(shown(one), now: noon) == nil)
        #expect(try subject.list(of: anna) == [other])
        #expect(try subject.store.perform([.close(one.id, of: anna)]) == [.session(nil)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func sessionsOfEarlierEpochsCloseAtOnceAndNobodyElses(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let annas = [0, 1, 255, 256, 70_000].map { session(of: anna, epoch: $0) }
        let bens = (0..<3).map { _ in session(of: ben) }
        _ = try subject.store.perform((annas + bens).map { .open($0, most: 9) })
        #expect(
            try subject.store.perform([.closeAll(of: anna, before: 256), .closeAll(of: anna, before: 256)])
                == [.count(3), .count(0)])
        try subject.reopen()
        #expect(Set(try subject.list(of: anna) ?? []) == Set(annas[3...]))
        #expect(Set(try subject.list(of: ben) ?? []) == Set(bens))
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func theOneUsedLongestAgoGivesWayToOneTooMany(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let bens = session(of: ben, seenAt: later(-10))
        let annas = [1, 2, 3].map { session(of: anna, seenAt: later($0)) }
        let another = session(of: anna, seenAt: later(4))
        _ = try subject.store.perform(([bens] + annas).map { .open($0, most: 3) })
        // The same again is no other session.
        #expect(
            try subject.store.perform([.open(annas[2], most: 3), .open(another, most: 3)])
                == [.sessions([]), .sessions([annas[0]])])
        #expect(try subject.list(of: anna) == [another, annas[2], annas[1]])
        #expect(try subject.list(of: ben) == [bens])
    }

    /// Else two devices of somebody who has as many as there may be would put each other out for ever.
    @Test(arguments: SessionBackend.allCases)
    mutating func whoComesAfterTheClockWasSetBackIsNotTheOldest(backend: SessionBackend) throws {
        let subject = try backend.make()
        let anna = sample.person("anna").id
        let before = [1, 2, 3].map { session(of: anna, seenAt: later($0)) }
        let after = [-100, -99].map { session(of: anna, seenAt: later($0)) }
        _ = try subject.store.perform(before.map { .open($0, most: 3) })
        #expect(
            try subject.store.perform(after.map { .open($0, most: 3) })
                == [.sessions([before[0]]), .sessions([before[1]])])
        #expect(Set(try subject.list(of: anna)?.map(\.id) ?? []) == Set((before[2...] + after).map(\.id)))
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func aSessionIsNamedByItsPersonOnly(backend: SessionBackend) throws {
        let subject = try backend.make()
        let (anna, ben) = (sample.person("anna").id, sample.person("ben").id)
        let one = session(of: anna)
        var named = one
        named.name = "at work"
        _ = try subject.store.perform([.open(one, most: 9)])
        #expect(
            try subject.store.perform([.name(one.id, of: ben, "mine"), .name(one.id, of: anna, "at work")])
                == [.session(nil), .session(named)])
        try subject.reopen()
        #expect(try subject.list(of: anna) == [named])
    }

    // MARK: invites

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

    // MARK: proofs

    @Test(arguments: SessionBackend.allCases)
    mutating func aProofIsUsedOnceAlsoAfterReopeningAndNoMoreAreKeptThanAsked(
        backend: SessionBackend
    ) throws {
        let subject = try backend.make()
        let proofs = (0..<3).map { _ in sample.digest() }
        let use = { [self] (number: Int, now: Int) throws -> SessionAnswer? in
            let operation = SessionOperation.use(
                proofs[number], until: later(now + 60), now: later(now), most: 2)
            return try subject.store.perform([operation]).first
        }
        #expect(try use(0, 0) == .proof(.taken))
        try subject.reopen()
        #expect(try use(0, 1) == .proof(.usedBefore))
        #expect(try use(1, 30) == .proof(.taken))
        #expect(try use(2, 59) == .proof(.full))
        #expect(try use(2, 60) == .proof(.taken), "what has expired makes room")
        #expect(try subject.store.perform([.sweep(now: later(120), max: 1)]) == [.count(1)])
        #expect(try use(2, 120) == .proof(.usedBefore))
        #expect(try use(1, 120) == .proof(.taken), "the oldest was swept")
    }

    // MARK: all of them

    @Test(arguments: SessionBackend.allCases)
    mutating func sweepRemovesWhatHasExpiredTheOldestFirstAndNoMoreThanAsked(
        backend: SessionBackend
    ) throws {
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
        #expect(Set(try subject.list(of: person) ?? []) == Set(sessions[2...]))
        #expect(try subject.store.perform([.sweep(now: later(4), max: 100)]) == [.count(3)])
        #expect(try subject.store.perform([.sweep(now: later(4), max: 100)]) == [.count(0)])
        #expect(Set(try subject.list(of: person) ?? []) == Set(sessions[4...]))
    }

    /// A session that was used is not swept by the expiry that it had before.
    @Test(arguments: SessionBackend.allCases)
    mutating func useExtendsASession(backend: SessionBackend) throws {
        let subject = try backend.make()
        let device = session(of: sample.person("anna").id, expiresAt: later(10))
        _ = try subject.store.perform([.open(device, most: 9)])
        _ = try subject.refresh(shown(device), next: sample.digest(), now: later(9))
        #expect(try subject.store.perform([.sweep(now: later(11), max: 100)]) == [.count(0)])
        #expect(try subject.store.perform([.sweep(now: later(2_009), max: 100)]) == [.count(1)])
    }

    @Test(arguments: SessionBackend.allCases)
    mutating func thousandsOfSessionsAreKept(backend: SessionBackend) throws {
        let subject = try backend.make()
        let people = (0..<50).map { sample.person("person\($0)").id }
        let sessions = (0..<5_000).map { session(of: people[$0 % 50], .key) }
        for start in stride(from: 0, to: sessions.count, by: 500) {
            _ = try subject.store.perform(sessions[start..<start + 500].map { .open($0, most: 100) })
        }
        try subject.reopen()
        let found = try subject.store.perform(sessions.map { .find(shown($0), now: noon) })
        #expect(found == sessions.map { .session($0) })
        #expect(
            try subject.store.perform(people.map { .closeAll(of: $0, before: 1) })
                == people.map { _ in .count(100) })
    }

    private func shown(_ session: LoginSession) -> ShownToken {
        ShownToken(session: session.id, family: session.tokens.family, secret: session.tokens.current)
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
        of person: PersonID, _ kind: LoginSession.Kind = .device, scopes: Scopes? = nil, epoch: UInt32 = 0,
        seenAt: Timestamp? = nil, expiresAt: Timestamp? = nil
    ) -> LoginSession {
        LoginSession(
            id: sample.session(), person: person, epoch: epoch, kind: kind,
            scopes: scopes ?? (kind == .device ? .ofDevices : .usual), name: "Anna's télé 📞",
            createdAt: noon, lastSeenAt: seenAt, expiresAt: expiresAt ?? later(100_000),
            tokens: LoginSession.Tokens(family: sample.digest(), current: sample.digest()))
    }

    private func later(_ seconds: Int) -> Timestamp { noon.advanced(by: .seconds(seconds)) }
}
