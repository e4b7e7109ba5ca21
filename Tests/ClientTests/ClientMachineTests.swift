import Chat
import Client
import Testing
import Wire

@Suite("The client machine's connection")
struct ClientMachineTests {
    @Test func `says hello, judges, logs in and is ready`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        #expect(server.connects == 1)
        server.accept()
        guard case .hello(let bytes)? = server.takeHeard().first?.message else { return #expect(Bool(false)) }
        let offer = ClientOffer(encoded: bytes)
        #expect(offer?.nonce == [UInt8](repeating: 7, count: 32))
        #expect(offer?.channelBinding == .tlsExporter)
        #expect(offer?.agent == "test/1")
        server.say(server.hello())
        #expect(server.judged == [MixingHash().sha256([1, 2, 3])])
        let login = server.takeHeard()
        #expect(login.map(\.message) == [.authenticate(.password(user: "ada", password: "secret"))])
        #expect(!server.machine.isReady)
        server.say(.authenticated(ScriptedServer.login()), request: login[0].request)
        #expect(server.machine.isReady)
        guard case .ready(let who, let whom)? = server.takeTold().first else { return #expect(Bool(false)) }
        #expect(who.person == ScriptedServer.ada)
        #expect(whom.offer.serverName == "chat.example")
    }

    @Test func `waits for the judge, and hears nothing of the server before`() {
        let server = ScriptedServer()
        server.judges = false
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        #expect(server.heard.count == 1)
        server.machine.trusted(wallClock: ScriptedServer.wallClock, now: .zero)
        server.settle()
        #expect(server.heard.count == 2)
    }

    @Test func `ends when the judge says no`() {
        let server = ScriptedServer()
        server.judges = false
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        server.machine.distrusted("changed")
        server.settle()
        #expect(server.takeTold() == [.ended(.distrusted("changed"))])
        #expect(server.closes == 1)
        #expect(server.heard.count == 1)
    }

    @Test func `never says its password to a server whose proof is for another connection`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello(signedBinding: [UInt8](repeating: 1, count: 32)))
        guard case .ended(.distrusted)? = server.takeTold().first else { return #expect(Bool(false)) }
        #expect(server.heard.count == 1)
    }

    @Test func `refuses a credential that is not valid yet`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello(validFrom: 3_600_000))
        guard case .ended(.distrusted)? = server.takeTold().first else { return #expect(Bool(false)) }
    }

    @Test func `judges again when another server answers, and not when the same one does`() {
        let server = ScriptedServer()
        server.begin()
        server.cut()
        server.advanceToDeadline()
        server.letIn()
        #expect(server.judged.count == 1)
        server.cut()
        server.identityKey = [9]
        server.advanceToDeadline()
        server.judges = false
        server.accept()
        server.say(server.hello())
        #expect(server.judged.count == 2)
        #expect(!server.machine.isReady)
    }

    @Test func `a person may take longer to judge than the server waits`() {
        let server = ScriptedServer { $0.firstPatience = .seconds(5) }
        server.judges = false
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        server.cut("no login in time")
        #expect(server.takeTold() == [])
        #expect(server.machine.deadline == nil)
        #expect(server.connects == 1)
        server.advance(to: .seconds(1_000))
        server.machine.trusted(wallClock: ScriptedServer.wallClock, now: server.now)
        server.settle()
        #expect(server.connects == 2)
        server.letIn()
        #expect(server.machine.isReady)
        #expect(server.judged.count == 1)
    }

    @Test func `logs in by token after the first time, and by password when both are refused`() {
        let server = ScriptedServer()
        server.begin()
        server.cut()
        server.advanceToDeadline()
        #expect(server.letIn(tokens: nil) == .token("access-1"))
        server.cut()
        server.advanceToDeadline()
        server.accept()
        server.say(server.hello())
        server.say(.refused(RefusalNotice(Refusal(.wrongCredentials))), request: server.lastRequest)
        #expect(server.heard.last?.message == .authenticate(.token("refresh-1")))
        server.say(.refused(RefusalNotice(Refusal(.wrongCredentials))), request: server.lastRequest)
        #expect(server.heard.last?.message == .authenticate(.password(user: "ada", password: "secret")))
        server.say(
            .authenticated(ScriptedServer.login(ScriptedServer.tokens(2))), request: server.lastRequest)
        #expect(server.machine.isReady)
    }

    @Test func `shows the refresh token when the access token has expired, and then the next`() {
        let server = ScriptedServer()
        server.begin()
        for number in 1...2 {
            server.cut()
            server.advanceToDeadline()
            server.accept()
            server.say(server.hello(at: ScriptedServer.wallClock.advanced(by: .seconds(900))))
            #expect(server.heard.last?.message == .authenticate(.token("refresh-\(number)")))
            let login = ScriptedServer.login(ScriptedServer.tokens(number + 1))
            server.say(.authenticated(login), request: server.lastRequest)
            #expect(server.machine.isReady)
        }
    }

    /// The server takes it once more, as long as the next has not been used.
    @Test func `shows the refresh token again when its answer was lost`() {
        let server = ScriptedServer()
        server.begin()
        for _ in 1...2 {
            server.cut()
            server.advanceToDeadline()
            server.accept()
            server.say(server.hello(at: ScriptedServer.wallClock.advanced(by: .seconds(900))))
            #expect(server.heard.last?.message == .authenticate(.token("refresh-1")))
        }
    }

    @Test func `ends when its login is refused`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        let refusal = RefusalNotice(Refusal(.wrongCredentials))
        server.say(.refused(refusal), request: server.lastRequest)
        #expect(server.takeTold() == [.ended(.loginRefused(refusal))])
        #expect(server.closes == 1)
        #expect(server.machine.deadline == nil)
    }

    @Test(arguments: [("ada", true), ("ADA", true), ("ＡＤＡ", true), ("eve", false), ("ad", false)])
    func `a login that is somebody else's ends before anything is asked`(name: String, fits: Bool) {
        let server = ScriptedServer {
            $0.logins = [.token("t")]
            $0.expectedName = name
        }
        server.machine.start(now: .zero)
        server.settle()
        _ = server.machine.open(.name("hall"), from: .recent(0), joins: true, now: .zero)
        _ = server.machine.perform(.listRooms(includePublic: true, after: nil), now: .zero)
        server.letIn()
        #expect(server.takeHeard().isEmpty == !fits)
        #expect(server.machine.isReady == fits)
        let somebodyElse = ClientFailure.somebodyElse(expected: name, found: "ada")
        #expect(server.takeTold().contains(.ended(somebodyElse)) == !fits)
        #expect(somebodyElse.description.contains("ada") && server.closes == (fits ? 0 : 1))
    }

    @Test func `who asks may be said once the server is trusted`() {
        let server = ScriptedServer { $0.logins = [] }
        server.judges = false
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        #expect(server.takeHeard().count == 1, "the hello alone")
        let login = Authentication.password(user: "ada", password: "asked for")
        server.machine.trusted(logins: [login], wallClock: ScriptedServer.wallClock, now: .zero)
        server.settle()
        #expect(server.takeHeard().map(\.message) == [.authenticate(login)])
        // It counts for every later connection.
        server.cut()
        server.advanceToDeadline()
        server.accept()
        server.say(server.hello())
        #expect(server.heard.last?.message == .authenticate(login))
    }

    @Test func `a link used before still lets in with the password that was set`() {
        let server = ScriptedServer {
            $0.logins = [.invite(token: "i", newPassword: "new"), .password(user: "ada", password: "new")]
        }
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        #expect(server.heard.last?.message == .authenticate(.invite(token: "i", newPassword: "new")))
        server.say(.refused(RefusalNotice(Refusal(.wrongCredentials))), request: server.lastRequest)
        #expect(server.heard.last?.message == .authenticate(.password(user: "ada", password: "new")))
    }

    // MARK: the second factor

    private static let required = RefusalNotice(Refusal(.secondFactorRequired))

    /// Up to the refusal of the password alone.
    private func serverThatWantsACode() -> ScriptedServer {
        let server = ScriptedServer { $0.asksForCode = true }
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        server.say(.refused(Self.required), request: server.lastRequest)
        return server
    }

    private static func login(_ code: String?) -> Authentication {
        .password(user: "ada", password: "secret", code: code)
    }

    @Test func `asks for a code when one is needed, and again when it is wrong`() {
        let server = serverThatWantsACode()
        #expect(server.takeTold() == [.askCode(Self.required)])
        server.machine.entered(code: "000000", now: .zero)
        server.settle()
        #expect(server.heard.last?.message == .authenticate(Self.login("000000")))
        let wrong = RefusalNotice(Refusal(.wrongCode))
        server.say(.refused(wrong), request: server.lastRequest)
        #expect(server.takeTold() == [.askCode(wrong)])
        server.machine.entered(code: "123456", now: .zero)
        server.settle()
        #expect(server.heard.last?.message == .authenticate(Self.login("123456")))
        server.say(.authenticated(ScriptedServer.login()), request: server.lastRequest)
        #expect(server.machine.isReady)
        // A code lets in once: the next login shows none.
        server.cut()
        server.advanceToDeadline()
        server.accept()
        server.say(server.hello())
        #expect(server.heard.last?.message == .authenticate(Self.login(nil)))
    }

    @Test func `a person may take longer to find a code than the server waits`() {
        let server = serverThatWantsACode()
        _ = server.takeTold()
        server.cut("no login in time")
        #expect(server.takeTold() == [])
        #expect(server.machine.deadline == nil && server.connects == 1)
        server.advance(to: .seconds(1_000))
        server.machine.entered(code: "123456", now: server.now)
        server.settle()
        #expect(server.connects == 2)
        #expect(server.letIn() == Self.login("123456"))
    }

    @Test func `where nobody can be asked, a login without a code is refused`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        server.say(.refused(Self.required), request: server.lastRequest)
        #expect(server.takeTold() == [.ended(.loginRefused(Self.required))])
    }

    @Test func `a code nobody asked for is passed over`() {
        let server = ScriptedServer { $0.asksForCode = true }
        server.begin()
        _ = server.takeHeard()
        server.machine.entered(code: "123456", now: .zero)
        server.settle()
        #expect(server.takeHeard().isEmpty && server.machine.isReady)
    }

    @Test func `comes back later when the login is refused for now`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        server.say(
            .refused(RefusalNotice(Refusal(.busy, retryAfter: .seconds(3)))), request: server.lastRequest)
        guard case .offline(_, let next)? = server.takeTold().first else { return #expect(Bool(false)) }
        #expect(next > .seconds(3) && next < .seconds(4))
        #expect(server.machine.deadline == next)
        server.advance(to: next)
        #expect(server.connects == 2)
    }

    @Test func `ends when it may log in only after minutes, and waits for seconds`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        let soon = RefusalNotice(Refusal(.rateLimited, retryAfter: .seconds(30)))
        server.say(.refused(soon), request: server.lastRequest)
        guard case .offline(_, let next)? = server.takeTold().first else { return #expect(Bool(false)) }
        #expect(next >= .seconds(30))
        server.advance(to: next)
        server.accept()
        server.say(server.hello())
        let late = RefusalNotice(Refusal(.rateLimited, retryAfter: .seconds(31)))
        server.say(.refused(late), request: server.lastRequest)
        #expect(server.takeTold() == [.ended(.loginRefused(late))])
    }

    @Test func `backs off while nobody answers, and begins anew after the server did something for it`() {
        let server = ScriptedServer()
        server.machine.start(now: .zero)
        server.settle()
        var delays: [Duration] = []
        for _ in 0..<10 {
            server.cut("refused")
            delays.append((server.machine.deadline ?? .zero) - server.now)
            server.advanceToDeadline()
        }
        #expect(delays[0] <= .milliseconds(100) && delays[9] > .seconds(3) && delays[9] <= .seconds(8))
        #expect(server.connects == 11)
        server.letIn()
        _ = server.machine.perform(.ping, now: server.now)
        server.settle()
        server.say(.pong(ScriptedServer.wallClock), request: server.lastRequest)
        server.cut()
        #expect((server.machine.deadline ?? .zero) - server.now <= .milliseconds(100))
    }

    @Test func `gives up when its patience ends, after one last attempt`() {
        let server = ScriptedServer { $0.firstPatience = .seconds(5) }
        server.machine.start(now: .zero)
        server.settle()
        while !server.machine.hasEnded {
            server.cut("refused")
            server.advanceToDeadline()
        }
        #expect(server.takeTold().last == .ended(.unreachable("refused")))
        #expect(server.now == .seconds(5))
    }

    @Test func `gives up a server that lets in and answers nothing`() {
        let server = ScriptedServer { $0.patience = .seconds(30) }
        server.begin()
        while !server.machine.hasEnded, server.now < .seconds(300) {
            server.cut("broken")
            server.advanceToDeadline()
            if !server.machine.hasEnded { server.letIn() }
        }
        #expect(server.takeTold().last == .ended(.unreachable("broken")))
        #expect(server.now == .seconds(30))
    }

    @Test func `has all its patience again once it was answered`() {
        let server = ScriptedServer { $0.patience = .seconds(30) }
        server.begin()
        for _ in 0..<10 {
            server.advanceToDeadline()
            server.say(.pong(ScriptedServer.wallClock), request: server.lastRequest)
            server.cut("broken")
            server.advanceToDeadline()
            server.letIn()
        }
        #expect(!server.machine.hasEnded && server.now > .seconds(300))
    }

    @Test func `gives up a connection that never answers`() {
        let server = ScriptedServer { $0.loginDeadline = .seconds(15) }
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        #expect(server.machine.deadline == .seconds(15))
        server.advance(to: .seconds(15))
        #expect(server.closes == 1)
        #expect((server.machine.deadline ?? .zero) > .seconds(15))
    }

    @Test func `waits longer for its login, which may queue behind others`() {
        let server = ScriptedServer { $0.firstPatience = .seconds(5) }
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        #expect(server.machine.deadline == .seconds(90))
        server.advance(to: .seconds(90))
        // It answered the hello, so it is there: the first patience no longer counts.
        #expect(server.closes == 1 && !server.machine.hasEnded)
    }

    @Test func `obeys the server's farewell`() {
        let server = ScriptedServer()
        server.begin()
        server.say(.disconnect(Disconnection(.draining, reconnectAfter: .seconds(20))))
        #expect(server.machine.deadline.map { $0 > .seconds(20) && $0 < .seconds(21) } == true)
        server.advanceToDeadline()
        server.letIn()
        _ = server.takeTold()
        let farewell = Disconnection(.sessionRevoked)
        server.say(.disconnect(farewell))
        #expect(server.takeTold() == [.ended(.disconnected(farewell))])
    }

    @Test func `drops a server that speaks nonsense, and tries again`() {
        let server = ScriptedServer()
        server.begin()
        server.sayBytes([0xff, 0xff, 0xff, 0xff])
        #expect(server.closes == 1)
        guard case .offline? = server.takeTold().last else { return #expect(Bool(false)) }
        server.advanceToDeadline()
        server.letIn()
        server.say(.done)
        #expect(server.closes == 2)
    }

    @Test func `passes over what a newer server says unasked`() {
        let server = ScriptedServer()
        server.begin()
        server.say(.draining(reconnectAfter: .seconds(1)))
        #expect(server.machine.isReady)
    }

    @Test func `comes back when a draining server said, also without its farewell`() {
        let server = ScriptedServer()
        server.begin()
        server.say(.draining(reconnectAfter: .seconds(5)))
        server.cut()
        #expect(server.machine.deadline.map { $0 > .seconds(5) && $0 < .seconds(6) } == true)
        server.advanceToDeadline()
        server.letIn()
        server.cut()
        #expect((server.machine.deadline ?? .zero) - server.now <= .milliseconds(200))
    }

    @Test func `leaves with a goodbye`() {
        let server = ScriptedServer()
        server.begin()
        server.machine.leave(now: server.now)
        server.settle()
        #expect(server.takeHeard().map(\.message) == [.goodbye])
        #expect(server.takeTold() == [.ended(nil)])
        #expect(server.closes == 1)
        server.cut()
        server.say(.done)
        #expect(server.takeTold() == [])
    }

    @Test func `requests wait for the login, and are told lost with their connection`() {
        let server = ScriptedServer()
        let first = server.machine.perform(.listRooms(includePublic: true, after: nil), now: .zero)
        server.machine.start(now: .zero)
        server.settle()
        server.letIn()
        #expect(server.lastAsked == .listRooms(includePublic: true, after: nil))
        server.say(.roomList([], more: false), request: server.lastRequest)
        let second = server.machine.perform(.command(.join(.name("hall"))), now: .zero)
        server.settle()
        server.cut()
        let told = server.takeTold()
        #expect(told.contains(.answered(first ?? RequestTicket(number: 0), .roomList([], more: false))))
        #expect(told.contains(.unanswered(second ?? RequestTicket(number: 0))))
    }
}
