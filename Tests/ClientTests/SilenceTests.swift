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
}
