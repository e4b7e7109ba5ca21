import Logging
import Native
import Server
import Testing

@Suite struct ControlServerTests {
    private let directory: ScratchDirectory
    private var path: String { directory.path + "/control.sock" }

    init() throws { directory = try ScratchDirectory() }

    /// A client that says nothing and stays: the server must still be able to end.
    @Test func anIdleClientDoesNotHoldTheServerBack() throws {
        let server = try ControlServer(log: Logger(label: "test"), requestPatience: .seconds(86_400))
        let thread = try start(server)
        let idle = try StreamSocket.connect(toPath: path)
        server.stop()
        thread.join()
        withExtendedLifetime(idle) {}
    }

    /// The patience is for both of them: long enough that a busy machine does not lose the one who asks.
    @Test func anIdleClientGivesWayToWhoAsks() throws {
        let server = try ControlServer(log: Logger(label: "test"), requestPatience: .milliseconds(500))
        let thread = try start(server)
        let idle = try StreamSocket.connect(toPath: path)
        #expect(try ControlClient(path: path).perform(.ping) == .done)
        server.stop()
        thread.join()
        withExtendedLifetime(idle) {}
    }

    /// Listens before it answers, so that clients find it at once.
    private func start(_ server: ControlServer) throws -> Thread {
        let (path, listening) = (path, Semaphore())
        let thread = try Thread.start(name: "control") {
            do throws(IOError) {
                let listener = try LocalListeningSocket(path: path)
                listening.signal()
                try server.run(listener) { _ in .done }
            } catch {
                Issue.record("the control socket failed: \(error)")
                listening.signal()
            }
        }
        _ = listening.wait()
        return thread
    }
}
