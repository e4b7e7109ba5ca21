import Chat
package import Logging
package import Native

/// Serves the control socket: uid 0 and the directory's owner, one request a connection, one connection at a
/// time.
///
/// A thread of its own, from `run` until `stop`, which any thread may call.
package final class ControlServer: Sendable {
    private let stopped: WakeUp
    private let log: Logger
    /// Nobody signals it: it is there to wait on.
    private let pause = Semaphore()
    private static let backOff = Duration.milliseconds(250)

    private let requestPatience: Duration

    package init(
        log: Logger, requestPatience: Duration = ControlSocket.requestPatience
    ) throws(IOError) {
        stopped = try WakeUp()
        self.requestPatience = requestPatience
        self.log = log
    }

    package func stop() { stopped.signal() }

    /// - Parameter perform: asked on this thread, may wait for other threads.
    package func run(
        _ listener: consuming LocalListeningSocket, perform: (ControlRequest) -> ControlResponse
    ) throws(IOError) {
        let epoll = try Epoll()
        let (stopToken, listenerToken): (UInt64, UInt64) = (0, 1)
        try epoll.add(stopped, token: stopToken, interest: .read)
        try epoll.add(listener, token: listenerToken, interest: .read)
        var events = EpollEvents(capacity: 2)
        var isExhausted = false
        while true {
            try epoll.wait(into: &events, timeout: nil)
            for index in 0..<events.count where events[index].token == stopToken { return }
            do throws(IOError) {
                while let socket = try listener.accept() {
                    isExhausted = false
                    serve(socket, perform)
                }
            } catch {
                guard error.reason == .outOfResources else { throw error }
                // Descriptors have run out: whoever waits stays in the kernel's queue until there are some.
                if !isExhausted { log.warning("control socket: \(error)") }
                isExhausted = true
                _ = pause.wait(timeout: Self.backOff)
            }
        }
    }

    private func serve(_ socket: borrowing StreamSocket, _ perform: (ControlRequest) -> ControlResponse) {
        do throws(IOError) {
            let account = try socket.peerCredentials().account
            guard account.user == 0 || account.user == CurrentProcess.account.user else {
                log.warning("control socket: refused user \(account.user)")
                return
            }
            guard
                let line = try ControlSocket.readLine(
                    socket, patience: requestPatience, unless: stopped)
            else { return }
            let response: ControlResponse
            if let request = ControlSocket.decode(ControlRequest.self, line) {
                response = perform(request)
            } else {
                response = ControlResponse(Refusal(.unknownRequest, "no request of this version"))
            }
            guard let answer = ControlSocket.encode(response) else { return }
            _ = try ControlSocket.writeLine(answer, to: socket, unless: stopped)
        } catch {
            log.warning("control socket: \(error)")
        }
    }
}
