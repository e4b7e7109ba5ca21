import Chat
import Client
import Testing
import Wire

/// Whoever comes by a link for new people, as their client sees it.
@Suite struct NewcomerLoginTests {
    /// The server has made the person, and its answer was lost: the name is taken by oneself.
    @Test(arguments: [RefusalCode.nameTaken, .wrongCredentials])
    func `who became a person by a link gets in though the answer was lost`(code: RefusalCode) {
        let newcomer = Authentication.newcomer(token: "scn_i", name: "ada", newPassword: "new")
        let server = ScriptedServer { $0.logins = [newcomer, .password(user: "ada", password: "new")] }
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        #expect(server.heard.last?.message == .authenticate(newcomer))
        server.cut()
        server.advanceToDeadline()
        server.accept()
        server.say(server.hello())
        #expect(server.heard.last?.message == .authenticate(newcomer))
        server.say(.refused(RefusalNotice(Refusal(code))), request: server.lastRequest)
        #expect(server.heard.last?.message == .authenticate(.password(user: "ada", password: "new")))
    }
}
