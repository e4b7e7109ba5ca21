import Chat
import Client
import Testing
import Wire

@Suite("A server of which nothing whole is heard")
struct SilenceTests {
    @Test func `pings at half the server's patience, and gives up one that falls silent`() {
        let server = ScriptedServer()
        server.begin()
        #expect(server.machine.deadline == .seconds(60))
        server.advance(to: .seconds(60))
        #expect(server.lastAsked == .ping)
        server.say(.pong(ScriptedServer.wallClock), request: server.lastRequest)
        #expect(server.machine.deadline == .seconds(120))
        server.advance(to: .seconds(120))
        #expect(server.machine.deadline == .seconds(135))
        server.advance(to: .seconds(135))
        #expect(server.closes == 1)
        #expect(!server.machine.isReady)
    }

    /// Its length was changed on the way: every later frame is taken for a part of it.
    @Test func `gives up a frame that does not end, whatever comes`() {
        let server = ScriptedServer()
        server.begin()
        server.sayBytes([0, 0, 0xff, 0xff])
        for moment in stride(from: 10, to: 135, by: 10) {
            server.advance(to: .seconds(moment))
            #expect(server.closes == 0)
            server.sayBytes([UInt8](repeating: 7, count: 50))
        }
        server.advance(to: .seconds(135))
        #expect(server.closes == 1 && !server.machine.isReady)
    }

    @Test func `tells an end within a frame from one in good order`() {
        for (bytes, isCut) in [([], false), ([0, 0, 0, 9, 1], true)] as [([UInt8], Bool)] {
            let server = ScriptedServer()
            server.begin()
            if !bytes.isEmpty { server.sayBytes(bytes) }
            server.machine.closed("the server closed the connection", now: server.now)
            server.settle()
            let reasons = server.takeTold().compactMap {
                if case .offline(let reason, _) = $0 { reason } else { nil }
            }
            #expect(reasons.map { $0.hasSuffix(" within a frame (frame_cut)") } == [isCut])
        }
    }

    /// Anybody can say so in its place.
    @Test(arguments: [DisconnectCode.disabled, .sessionRevoked, .authenticationFailed, .rekeyTooOften])
    func `believes nobody of its login who has not proved to be the server`(code: DisconnectCode) {
        let server = ScriptedServer()
        server.machine.start(now: server.now)
        server.settle()
        server.accept()
        server.say(.disconnect(Disconnection(code)))
        #expect(!server.machine.hasEnded, "it comes again")
        let reasons = server.takeTold().compactMap {
            if case .offline(let reason, _) = $0 { reason } else { nil }
        }
        #expect(reasons.count == 1 && reasons[0].contains("message_unexpected"))
    }
}
