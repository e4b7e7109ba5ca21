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

    /// The link was refused, the password let in, or is about to: what ends the session then is told, and not
    /// the refusal.
    @Test(arguments: [true, false])
    func `the end of a session is told as what it is`(isLetIn: Bool) {
        let newcomer = Authentication.newcomer(token: "scn_i", name: "ada", newPassword: "new")
        let password = Authentication.password(user: "ada", password: "new")
        let server = ScriptedServer { $0.logins = [newcomer, password] }
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        server.say(.refused(RefusalNotice(Refusal(.nameTaken))), request: server.lastRequest)
        let login = ScriptedServer.login(ScriptedServer.tokens(1))
        if isLetIn { server.say(.authenticated(login), request: server.lastRequest) }
        let end = Disconnection(.sessionRevoked)
        server.say(.disconnect(end))
        #expect(server.told.contains(.ended(.disconnected(end))))
    }

    /// Both tokens have ended, and the server counts to three.
    @Test func `a link that has let in is not shown again`() {
        let newcomer = Authentication.newcomer(token: "scn_i", name: "ada", newPassword: "new")
        let password = Authentication.password(user: "ada", password: "new")
        let server = ScriptedServer { $0.logins = [newcomer, password] }
        server.machine.start(now: .zero)
        server.settle()
        #expect(server.letIn() == newcomer)
        server.cut()
        server.advanceToDeadline()
        server.accept()
        server.say(server.hello())
        for _ in 0..<2 {
            server.say(.refused(RefusalNotice(Refusal(.wrongCredentials))), request: server.lastRequest)
        }
        let shown = server.heard.compactMap { heard in
            if case .authenticate(let login) = heard.message { login } else { nil }
        }
        #expect(shown.count == 3 && shown.last == password && !shown.contains(newcomer))
    }
}
