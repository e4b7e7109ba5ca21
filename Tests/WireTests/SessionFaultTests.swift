import Chat
import Testing
import Wire

/// What the driver must not do: our own fault, so it traps.
@Suite struct SessionFaultTests {
    @Test func askingADeadSessionTraps() async {
        await #expect(processExitsWith: .failure) {
            var session = Session(limits: .standard, now: 0)
            session.end()
            _ = session.next(now: 0)
        }
        await #expect(processExitsWith: .failure) {
            var session = Session(limits: .standard, now: 0)
            session.end()
            _ = session.receive([0].span, now: 0)
        }
        await #expect(processExitsWith: .failure) {
            var session = Session(limits: .standard, now: 0)
            session.end()
            _ = session.drain()
        }
    }

    @Test func answeringWhatNobodyAskedTraps() async {
        await #expect(processExitsWith: .failure) {
            var session = Session(limits: .standard, now: 0)
            session.helloSent(now: 0)
        }
        await #expect(processExitsWith: .failure) {
            var session = Session(limits: .standard, now: 0)
            session.authenticated(now: 0)
        }
        await #expect(processExitsWith: .failure) {
            var session = Session(limits: .standard, now: 0)
            _ = session.authenticationRefused(Refusal(.busy), now: 0)
        }
    }
}
