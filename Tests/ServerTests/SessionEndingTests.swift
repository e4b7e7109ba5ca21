import Chat
import Reactor
import Security
import Storage
import Synchronization
import Testing
import Wire

@testable import Server

/// What follows when a session ends, and in which order.
@Suite struct SessionEndingTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private static let other = NativeHashing().sha256([1])
    private let anna = PersonID(high: 1, low: 1)

    private func session(_ number: UInt64, _ kind: LoginSession.Kind = .device) -> LoginSession {
        LoginSession(
            id: LoginSessionID(high: 2, low: number), person: anna, epoch: 0, kind: kind,
            scopes: kind == .key ? .usual : .ofDevices, name: "",
            createdAt: Self.noon.advanced(by: .seconds(Int(number))),
            expiresAt: Self.noon.advanced(by: .seconds(3_600)),
            tokens: LoginSession.Tokens(family: .zero, current: .zero))
    }

    /// What the state writer told, as words, with the store's answers between.
    private func told(_ operations: [SessionOperation], failing: StorageError? = nil) throws -> [String] {
        let events = Mutex<[String]>([])
        let store = MemorySessionStore()
        _ = try store.perform([
            .open(session(1), most: 9), .open(session(2), most: 9), .open(session(3), most: 9),
        ])
        store.failure = failing
        let writer = StateWriter(limits: .standard) { closed in
            events.withLock { $0.append("closed \(closed.session.id.low) \(closed.reason)") }
        }
        for (index, operation) in operations.enumerated() {
            let isTaken = writer.submit(operation) { result in
                let word = if case .success = result { "answered" } else { "failed" }
                events.withLock { $0.append("\(word) \(index)") }
            }
            #expect(isTaken)
        }
        writer.finish()
        writer.run(store)
        return events.withLock { $0 }
    }

    @Test func theEndIsToldBeforeTheAnswer() throws {
        #expect(
            try told([.close(session(1).id, of: anna), .list(of: anna)])
                == ["closed 1 wish", "answered 0", "answered 1"])
        #expect(
            try told([.open(session(4), most: 2)])
                == ["closed 1 displaced", "closed 2 displaced", "answered 0"])
        let stolen = ShownToken(session: session(2).id, family: .zero, secret: Self.other)
        #expect(
            try told([.refresh(stolen, next: .zero, now: Self.noon, expiresAt: Self.noon)])
                == ["closed 2 reuse", "answered 0"])
    }

    @Test func whatWasNotStoredEndsNothing() throws {
        #expect(
            try told([.close(session(1).id, of: anna)], failing: StorageError(.full, "no room"))
                == ["failed 0"])
        #expect(try told([.close(session(1).id, of: PersonID(high: 9, low: 9))]) == ["answered 0"])
        #expect(try told([.close(session(7).id, of: anna)]) == ["answered 0"])
    }

    // MARK: the desk of a person's own sessions

    private func ask(
        _ question: SessionDesk.Question, epoch: UInt32 = 0, failing: StorageError? = nil
    ) throws -> ServerMessage? {
        let store = MemorySessionStore()
        _ = try store.perform([.open(session(1), most: 9), .open(session(2, .key), most: 9)])
        store.failure = failing
        let writer = StateWriter(limits: .standard)
        let desk = SessionDesk(limits: .standard, state: writer, now: { Self.noon })
        let name = try #require(Name("anna"))
        let person = Person(id: anna, name: name, password: nil, sessionEpoch: epoch, createdAt: Self.noon)
        let answer = Mutex<ServerMessage?>(nil)
        let asker = SessionDesk.Asker(person: person, session: session(1).id)
        #expect(desk.ask(question, asker) { found in answer.withLock { $0 = found } })
        writer.finish()
        writer.run(store)
        return answer.withLock { $0 }
    }

    @Test func aPersonSeesTheOwnSessionsTheLatestFirst() throws {
        let expected = [session(2, .key), session(1)].map { SessionSummary($0, askedBy: session(1).id) }
        #expect(try ask(.list) == .sessionList(expected))
        #expect(expected.map(\.isCurrent) == [false, true])
        #expect(try ask(.list, epoch: 1) == .sessionList([]), "those of an earlier epoch are void")
    }

    @Test func aPersonNamesAndEndsThem() throws {
        let unknown = ServerMessage.refused(RefusalNotice(Refusal(.unknownSession)))
        #expect(try ask(.end(session(2).id)) == .done)
        #expect(try ask(.end(session(9).id)) == unknown)
        #expect(try ask(.name(session(2).id, "at work 👩‍👧")) == .done)
        #expect(try ask(.name(session(9).id, "at work")) == unknown)
        for name in ["a\u{1b}[2J", "a\nb", "a\u{202e}b", String(repeating: "x", count: 65)] {
            #expect(
                try ask(.name(session(2).id, name)) == .refused(RefusalNotice(Refusal(.invalidName))),
                "\(name)")
        }
        let busy = try ask(.list, failing: StorageError(.failed, "mdb_txn_commit: EIO"))
        #expect(
            busy == .refused(RefusalNotice(Refusal(.busy, retryAfter: Limits.standard.busyRetry))))
    }

    /// What a wish for a key comes to; `maker` is the session that asks.
    private func make(
        by maker: LoginSessionID, most: Int = 9, failing: StorageError? = nil
    ) throws -> (answer: ServerMessage?, listed: [LoginSession]) {
        var limits = Limits.standard
        limits.keysOfAPerson = most
        let store = MemorySessionStore()
        _ = try store.perform([
            .open(session(1), most: 9), .make(session(2, .key), most: 9, by: nil),
        ])
        store.failure = failing
        let writer = StateWriter(limits: limits)
        let desk = SessionDesk(limits: limits, state: writer, now: { Self.noon })
        let person = Person(
            id: anna, name: try #require(Name("anna")), password: nil, createdAt: Self.noon)
        let answer = Mutex<ServerMessage?>(nil)
        var key = NewKey(name: "bot", scopes: [.read, .send], lifetime: .seconds(3_600))
        key.session = LoginSessionID(high: 3, low: 3)
        #expect(
            desk.make(key, SessionDesk.Asker(person: person, session: maker)) { found in
                answer.withLock { $0 = found }
            })
        writer.finish()
        writer.run(store)
        guard case .sessions(let listed)? = try store.perform([.list(of: anna)]).first else {
            return (nil, [])
        }
        return (answer.withLock { $0 }, listed.filter { $0.name == "bot" })
    }

    @Test func aKeyIsToldOnceItIsStored() throws {
        let (answer, listed) = try make(by: session(1).id)
        guard case .keyMade(let receipt)? = answer, let key = listed.first else {
            Issue.record("no key: \(String(describing: answer))")
            return
        }
        #expect(receipt.session == LoginSessionID(high: 3, low: 3), "it is made as it was recorded")
        #expect(receipt.session == key.id && receipt.expiresAt == Self.noon.advanced(by: .seconds(3_600)))
        #expect(key.kind == .key && key.scopes == [.read, .send] && key.expiresAt == receipt.expiresAt)
        let token = try #require(SessionToken(text: receipt.token))
        #expect(key.isOpened(by: token.shown, now: Self.noon))
    }

    @Test func aKeyIsRefusedWhereThereIsNoRoomForItOrNobodyWhoAsks() throws {
        let gone = try make(by: session(7).id)
        #expect(gone.answer == .refused(RefusalNotice(Refusal(.unknownSession))) && gone.listed.isEmpty)
        let many = try make(by: session(1).id, most: 1)
        #expect(many.answer == .refused(RefusalNotice(Refusal(.tooMany, "a person has at most 1 keys"))))
        let byKey = try make(by: session(2).id)
        #expect(byKey.answer == .refused(RefusalNotice(Refusal(.unknownSession))) && byKey.listed.isEmpty)
        let full = try make(by: session(1).id, failing: StorageError(.full, "no room")).answer
        #expect(
            full == .refused(RefusalNotice(Refusal(.storageFull, retryAfter: Limits.standard.busyRetry))))
    }

    // MARK: access tokens

    @Test func tooManyWithdrawnSessionsVoidAllAccessTokensForOnce() throws {
        var limits = Limits.standard
        limits.withdrawnSessions = 2
        let access = AccessTokens(limits: limits)
        let (one, other) = (session(1), session(2))
        let tokens = [one, other].map { access.make(from: $0, now: Self.noon).text }
        access.withdraw(one.id, now: Self.noon)
        #expect(throws: TokenFault.revoked) { try access.read(tokens[0], now: Self.noon) }
        #expect(try access.read(tokens[1], now: Self.noon).session == other.id)
        access.withdraw(session(3).id, now: Self.noon)
        access.withdraw(session(4).id, now: Self.noon)
        for token in tokens {
            #expect(throws: TokenFault.unknownKey) { try access.read(token, now: Self.noon) }
        }
        let anew = access.make(from: other, now: Self.noon).text
        #expect(try access.read(anew, now: Self.noon).session == other.id)
        // Nobody remembers longer than a token could live.
        let later = Self.noon.advanced(by: .seconds(1_000))
        for number in 5..<20 { access.withdraw(session(UInt64(number)).id, now: later) }
    }
}
