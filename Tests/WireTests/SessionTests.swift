import Chat
import Testing

@testable import Wire

/// Line by line: what the client says, and what the session answers.
@Suite struct SessionTests {
    private static let second: Int64 = 1_000_000_000

    private static func greeting(request: UInt64 = 1) -> Session.Action {
        .sayHello(
            Session.Greeting(
                request: request, offerBytes: Samples.offer.encoded(), offer: Samples.offer, version: 1))
    }

    private static let authenticate = Session.Action.authenticate(
        request: 2, .password(user: "alice", password: "correct horse"))
    private static let hello = ClientMessage.hello(offer: Samples.offer.encoded()).frame()

    /// A session in which alice has logged in at moment 0.
    private static func ready(_ limits: Limits = .standard) -> Session {
        var session = Session(limits: limits, now: 0)
        _ = session.receive(hello.span, now: 0)
        session.helloSent(now: 0)
        _ = session.receive(Samples.login.frame(2).span, now: 0)
        session.authenticated(now: 0)
        return session
    }

    private static func isClosed(_ action: Session.Action, _ code: DisconnectCode) -> Bool {
        if case .close(code, _) = action { true } else { false }
    }

    @Test func aConversationFromHelloToGoodbye() {
        var session = Session(limits: .standard, now: 0)
        #expect(session.next(now: 0) == .needMoreBytes)
        #expect(session.receive(Self.hello.span, now: 1) == Self.greeting())
        session.helloSent(now: 2)
        #expect(session.next(now: 0) == .needMoreBytes)
        #expect(session.receive(Samples.login.frame(2).span, now: 3) == Self.authenticate)
        #expect(session.isAuthenticated == false)
        session.authenticated(now: 4)
        #expect(session.isAuthenticated == true)
        #expect(session.next(now: 0) == .needMoreBytes)
        let send = ClientMessage.request(Samples.message()).frame(3)
        #expect(session.receive(send.span, now: 5) == .request(3, Samples.message()))
        #expect(session.next(now: 0) == .needMoreBytes)
        #expect(session.receive(ClientMessage.request(.ping).frame(4).span, now: 6) == .request(4, .ping))
        #expect(Self.isClosed(session.receive(ClientMessage.goodbye.frame().span, now: 7), .goodbye))
        #expect(session.isClosed == true)
        #expect(session.deadline == nil)
    }

    @Test func providersAreListedOnceBeforeTheLogin() {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        session.helloSent(now: 0)
        let ask = ClientMessage.listProviders
        #expect(session.receive(ask.frame(2).span, now: 1) == .listProviders(request: 2))
        let login = ProviderLogin(name: "corp", token: .identity("a.b.c"), challenge: [1], verifier: [2])
        #expect(
            session.receive(ClientMessage.authenticate(.provider(login)).frame(3).span, now: 2)
                == .authenticate(request: 3, .provider(login)))
        _ = session.authenticationRefused(Refusal(.wrongCredentials), now: 3)
        #expect(Self.isClosed(session.receive(ask.frame(4).span, now: 4), .unexpected))
        session = Self.ready()
        #expect(Self.isClosed(session.receive(ask.frame(4).span, now: 4), .unexpected))
    }

    @Test func bytesSplitAnywhereGiveTheSameActions() {
        var requests = FrameEncoder(limit: 1_000, maxMessages: 2)
        for number in 3...7 {
            let request = ClientMessage.request(Samples.message("\(number)"))
            requests.append(ClientMessageEncoder.encode(request, request: UInt64(number)))
        }
        let stream = Self.hello + Samples.login.frame(2) + requests.finish() + ClientMessage.goodbye.frame()
        let expected =
            [Self.greeting(), Self.authenticate]
            + (3...7).map { .request(UInt64($0), Samples.message("\($0)")) }
            + [.close(.goodbye, detail: "")]
        for cut in 0...stream.count {
            let found = Self.drive([Array(stream[..<cut]), Array(stream[cut...])])
            #expect(found == expected, "split at \(cut)")
        }
        #expect(Self.drive(stream.map { [$0] }) == expected, "byte by byte")
        #expect(Self.drive([stream]) == expected, "all at once")
    }

    /// Plays the driver that answers at once, and records what it was asked.
    private static func drive(_ parts: [[UInt8]]) -> [Session.Action] {
        var session = Session(limits: .standard, now: 0)
        var found: [Session.Action] = []
        for part in parts where !session.isClosed {
            var action = session.receive(part.span, now: 0)
            while action != .needMoreBytes {
                found.append(action)
                switch action {
                case .sayHello: session.helloSent(now: 0)
                case .authenticate: session.authenticated(now: 0)
                case .needMoreBytes, .listProviders, .request, .refuse, .announceDraining, .changeKeys,
                    .sayRekeyed, .keysChanged:
                    break
                case .close: return found
                }
                action = session.next(now: 0)
            }
        }
        return found
    }

    @Test func whatRunsAheadOfAnAnswerIsHeldUntilThen() {
        var session = Session(limits: .standard, now: 0)
        let ahead = Samples.login.frame(2) + ClientMessage.request(.ping).frame(3)
        #expect(session.receive((Self.hello + ahead).span, now: 0) == Self.greeting())
        #expect(session.next(now: 0) == .needMoreBytes)
        session.helloSent(now: 0)
        #expect(session.next(now: 0) == Self.authenticate)
        #expect(session.next(now: 0) == .needMoreBytes)
        session.authenticated(now: 0)
        #expect(session.next(now: 0) == .request(3, .ping))
        #expect(session.next(now: 0) == .needMoreBytes)
    }

    @Test func tooMuchAheadOfAnAnswerEndsTheConnection() {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        let frame: [UInt8] = [0, 0, 16, 0] + Array(repeating: 0, count: 4_096)
        #expect(session.receive(frame.span, now: 0) == .needMoreBytes)
        #expect(Self.isClosed(session.receive([0].span, now: 0), .unexpected))
    }

    // MARK: what a client must not say

    /// What must not be said in a state, and the code that it costs.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: DisconnectCode
        var testDescription: String { name }

        init(_ name: String, _ message: ClientMessage, _ code: DisconnectCode = .unexpected) {
            self.init(name, message.frame(), code)
        }

        init(_ name: String, _ bytes: [UInt8], _ code: DisconnectCode) {
            self.name = name
            self.bytes = bytes
            self.code = code
        }
    }

    static let anywhere = [
        Fault("an empty frame", [0, 0, 0, 0], .malformed),
        Fault("a frame of no messages", [0, 0, 0, 1, 0xff], .malformed),
        Fault("a message that is none", [0, 0, 0, 3, 0x0a, 1, 0xff], .malformed),
        Fault("four gigabytes", [255, 255, 255, 255], .frameTooLarge),
        Fault("HTTP", Array("GET / HTTP/1.1\r\n".utf8), .frameTooLarge),
        Fault("goodbye", .goodbye, .goodbye),
    ]
    static let beforeHello =
        anywhere + [
            Fault("login", Samples.login), Fault("request", .request(.ping)),
            Fault("unknown", [0, 0, 0, 4, 0x0a, 2, 0x08, 1], .unexpected),
            Fault("a hello without an offer", .hello(offer: []), .malformed),
            Fault("a frame above the first limit", [0, 0, 16, 1], .frameTooLarge),
        ]
    static let beforeLogin =
        anywhere + [
            Fault("hello", .hello(offer: Samples.offer.encoded())), Fault("request", .request(.ping)),
            Fault(
                "a request that would be refused",
                .request(.command(.join(.name(String(repeating: "x", count: 99)))))),
            Fault("unknown", [0, 0, 0, 4, 0x0a, 2, 0x08, 1], .unexpected),
            Fault("a frame above the first limit", [0, 0, 16, 1], .frameTooLarge),
        ]
    static let afterLogin =
        anywhere + [
            Fault("hello", .hello(offer: Samples.offer.encoded())), Fault("login", Samples.login),
            Fault("an empty login", .authenticate(.token(String(repeating: "x", count: 999)))),
            Fault("a frame above the second limit", [0, 16, 0, 1], .frameTooLarge),
        ]

    @Test(arguments: beforeHello) func beforeTheHello(fault: Fault) {
        var session = Session(limits: .standard, now: 0)
        #expect(Self.isClosed(session.receive(fault.bytes.span, now: 0), fault.code))
        #expect(session.isClosed == true)
    }

    @Test(arguments: beforeLogin) func beforeTheLogin(fault: Fault) {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        session.helloSent(now: 0)
        #expect(Self.isClosed(session.receive(fault.bytes.span, now: 0), fault.code))
    }

    @Test(arguments: afterLogin) func afterTheLogin(fault: Fault) {
        var session = Self.ready()
        #expect(Self.isClosed(session.receive(fault.bytes.span, now: 0), fault.code))
    }

    @Test(arguments: afterLogin) func whileDraining(fault: Fault) {
        var session = Self.ready()
        #expect(session.drain() == .announceDraining)
        #expect(Self.isClosed(session.receive(fault.bytes.span, now: 0), fault.code))
    }

    @Test func versionsThatNobodySpeaksAreRefused() {
        for (least, most, code) in [(2, 9, DisconnectCode.unsupportedVersion), (1, 1, nil), (1, 7, nil)] {
            let offer = ClientOffer(
                versions: UInt32(least)...UInt32(most), nonce: Samples.offer.nonce, agent: "",
                channelBinding: .none)
            var session = Session(limits: .standard, now: 0)
            let action = session.receive(ClientMessage.hello(offer: offer.encoded()).frame().span, now: 0)
            if let code {
                #expect(Self.isClosed(action, code))
            } else if case .sayHello(let greeting) = action {
                #expect(greeting.version == 1)
            } else {
                #expect(Bool(false), "\(least) to \(most): \(action)")
            }
        }
    }

    @Test func tooManyMessagesInAFrameEndTheConnection() {
        var limits = Limits.standard
        limits.messagesInAFrame = 3
        var session = Self.ready(limits)
        var encoder = FrameEncoder(limit: 100, maxMessages: 4)
        for number in 1...4 {
            encoder.append(ClientMessageEncoder.encode(.request(.ping), request: UInt64(number)))
        }
        #expect(session.receive(encoder.finish().span, now: 0) == .request(1, .ping))
        #expect(session.next(now: 0) == .request(2, .ping))
        #expect(session.next(now: 0) == .request(3, .ping))
        #expect(Self.isClosed(session.next(now: 0), .tooManyRequests))
    }

    @Test func aWrongRequestIsRefusedAndTheNextOneServed() {
        var session = Self.ready()
        let wrong = ClientMessage.request(.command(.join(.name(String(repeating: "x", count: 99))))).frame(8)
        let unknown: [UInt8] = [0, 0, 0, 4, 0x0a, 2, 0x08, 9]
        guard
            case .refuse(request: 8, let refusal) = session.receive(
                (wrong + unknown + ClientMessage.request(.ping).frame(10)).span, now: 0)
        else { return #expect(Bool(false), "refused") }
        #expect(refusal.code == .invalidName)
        #expect(session.next(now: 0) == .refuse(request: 9, Refusal(.unknownRequest)))
        #expect(session.next(now: 0) == .request(10, .ping))
    }

    // MARK: login

    /// A client that waits as it is told never gets there; one that does not costs a look and a record each
    /// time.
    @Test func whoDoesNotWaitIsClosedInTheEnd() {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        session.helloSent(now: 0)
        let early = Refusal(.rateLimited, retryAfter: .seconds(60))
        for number in 1...Limits.standard.authenticationWaits {
            #expect(session.receive(Samples.login.frame(2).span, now: 0) == Self.authenticate)
            let action = session.authenticationRefused(early, now: 0)
            let isLast = number == Limits.standard.authenticationWaits
            #expect(Self.isClosed(action, .authenticationFailed) == isLast)
        }
    }

    @Test(arguments: [RefusalCode.wrongCredentials, .wrongCode, .invalidName, .nameTaken])
    func threeWrongLoginsEndTheConnection(code: RefusalCode) {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        session.helloSent(now: 0)
        let wrong = Refusal(code)
        for moment: Int64 in 1...2 {
            #expect(session.receive(Samples.login.frame(2).span, now: 0) == Self.authenticate)
            #expect(session.authenticationRefused(wrong, now: moment) == .refuse(request: 2, wrong))
            #expect(session.deadline == moment + 10 * Self.second, "time for another")
        }
        #expect(session.receive(Samples.login.frame(2).span, now: 0) == Self.authenticate)
        #expect(Self.isClosed(session.authenticationRefused(wrong, now: 0), .authenticationFailed))
    }

    @Test func aBusyServerDoesNotCountAsAWrongLogin() {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        session.helloSent(now: 0)
        let busy = Refusal(.busy, retryAfter: .seconds(1))
        for _ in 1...5 {
            #expect(session.receive(Samples.login.frame(2).span, now: 0) == Self.authenticate)
            #expect(session.authenticationRefused(busy, now: 0) == .refuse(request: 2, busy))
        }
        #expect(session.deadline == 10 * Self.second, "the first deadline still holds")
    }

    @Test func whoIsDisabledIsSentAway() {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive((Self.hello + Samples.login.frame(2)).span, now: 0)
        session.helloSent(now: 0)
        #expect(session.next(now: 0) == Self.authenticate)
        #expect(Self.isClosed(session.authenticationRefused(Refusal(.disabled), now: 0), .disabled))
    }

    @Test func aLoginWithoutAMethodIsRefusedAndMayBeRepeated() {
        var session = Session(limits: .standard, now: 0)
        _ = session.receive(Self.hello.span, now: 0)
        session.helloSent(now: 0)
        let empty: [UInt8] = [0, 0, 0, 6, 0x0a, 4, 0x08, 5, 0x1a, 0]
        guard case .refuse(request: 5, let refusal) = session.receive(empty.span, now: 0)
        else { return #expect(Bool(false), "refused") }
        #expect(refusal.code == .invalidArgument)
        #expect(session.receive(Samples.login.frame(2).span, now: 0) == Self.authenticate)
    }

    @Test func framesAreLargerAfterTheLogin() {
        var session = Self.ready()
        let long = ClientMessage.request(Samples.message(String(repeating: "x", count: 60_000)))
        guard case .request(3, _) = session.receive(long.frame(3).span, now: 0)
        else { return #expect(Bool(false), "taken") }
    }

    // MARK: time

    @Test func whoDoesNotLogInInTimeIsSentAway() {
        var session = Session(limits: .standard, now: 5)
        #expect(session.deadline == 10 * Self.second + 5)
        #expect(session.expire(now: 10 * Self.second) == nil)
        _ = session.receive(Self.hello.span, now: 6 * Self.second)
        #expect(session.deadline == nil, "the client waits for the server")
        session.helloSent(now: 7 * Self.second)
        #expect(session.deadline == 17 * Self.second)
        guard let action = session.expire(now: 17 * Self.second) else {
            return #expect(Bool(false), "expired")
        }
        #expect(Self.isClosed(action, .handshakeTimeout))
    }

    @Test func onlyWholeFramesKeepAConnectionAlive() {
        var session = Self.ready()
        #expect(session.deadline == 120 * Self.second)
        let ping = ClientMessage.request(.ping).frame(4)
        _ = session.receive(Array(ping.dropLast()).span, now: 115 * Self.second)
        #expect(session.deadline == 120 * Self.second)
        _ = session.receive(Array(ping.suffix(1)).span, now: 119 * Self.second)
        #expect(session.deadline == 239 * Self.second)
        _ = session.next(now: 119 * Self.second)
        guard let action = session.expire(now: 239 * Self.second) else {
            return #expect(Bool(false), "expired")
        }
        #expect(Self.isClosed(action, .idleTimeout))
    }

    @Test func aFrameThatStandsStillEndsTheConnection() {
        var session = Self.ready()
        let ping = ClientMessage.request(.ping).frame(4)
        _ = session.receive(Array(ping.prefix(5)).span, now: 20 * Self.second)
        #expect(session.deadline == 30 * Self.second)
        _ = session.receive(Array(ping[5..<6]).span, now: 29 * Self.second)
        #expect(session.deadline == 39 * Self.second)
        #expect(session.expire(now: 38 * Self.second) == nil)
        guard let action = session.expire(now: 39 * Self.second) else {
            return #expect(Bool(false), "expired")
        }
        #expect(Self.isClosed(action, .idleTimeout))
    }

    @Test func aClientThatIsNotReadIsNotLateWithItsFrame() {
        var session = Self.ready()
        let ping = ClientMessage.request(.ping).frame(4)
        // A whole frame is taken, half of one is there; the driver stops asking.
        let stream = ping + ping.prefix(5)
        #expect(session.receive(stream.span, now: 20 * Self.second) == .request(4, .ping))
        #expect(session.deadline == 140 * Self.second)
        #expect(session.next(now: 50 * Self.second) == .needMoreBytes)
        #expect(session.deadline == 60 * Self.second)
    }

    @Test func whoWaitsForTheServerIsNotIdle() {
        var session = Self.ready()
        var encoder = FrameEncoder(limit: 100, maxMessages: 4)
        for number in 1...2 {
            encoder.append(ClientMessageEncoder.encode(.request(.ping), request: UInt64(number)))
        }
        _ = session.receive(encoder.finish().span, now: 0)
        #expect(session.expire(now: 120 * Self.second) == nil)
        #expect(session.deadline == 240 * Self.second)
        #expect(session.next(now: 0) == .request(2, .ping))
    }

    // MARK: draining

    @Test func whileDrainingCommandsAreRefusedAndPingsAnswered() {
        var session = Self.ready()
        #expect(session.drain() == .announceDraining)
        #expect(session.drain() == .needMoreBytes)
        let send = ClientMessage.request(Samples.message()).frame(3)
        guard case .refuse(request: 3, let refusal) = session.receive(send.span, now: 0)
        else { return #expect(Bool(false), "refused") }
        #expect(refusal.code == .draining)
        #expect(session.receive(ClientMessage.request(.ping).frame(4).span, now: 0) == .request(4, .ping))
    }

    @Test func whoHasNotLoggedInIsSentAwayByDraining() {
        var fresh = Session(limits: .standard, now: 0)
        #expect(Self.isClosed(fresh.drain(), .draining))
        var greeting = Session(limits: .standard, now: 0)
        _ = greeting.receive(Self.hello.span, now: 0)
        #expect(Self.isClosed(greeting.drain(), .draining))
        var greeted = Session(limits: .standard, now: 0)
        _ = greeted.receive(Self.hello.span, now: 0)
        greeted.helloSent(now: 0)
        #expect(Self.isClosed(greeted.drain(), .draining))
        var authenticating = Session(limits: .standard, now: 0)
        _ = authenticating.receive(Self.hello.span, now: 0)
        authenticating.helloSent(now: 0)
        _ = authenticating.receive(Samples.login.frame(2).span, now: 0)
        #expect(Self.isClosed(authenticating.drain(), .draining))
        #expect(authenticating.isClosed == true)
    }
}
