import Chat
package import Native

/// Asks a running server over its control socket. Blocking, for the command line.
package struct ControlClient {
    private let path: String

    package init(path: String) { self.path = path }

    /// `nil` when no server listens there.
    package func perform(_ request: ControlRequest) throws(IOError) -> ControlResponse? {
        let socket: StreamSocket
        do throws(IOError) {
            socket = try StreamSocket.connect(toPath: path)
        } catch {
            guard error.reason == .notFound || error.reason == .unreachable else { throw error }
            return nil
        }
        guard let line = ControlSocket.encode(request), try ControlSocket.writeLine(line, to: socket),
            let answer = try ControlSocket.readLine(socket),
            let response = ControlSocket.decode(ControlResponse.self, answer)
        else { return ControlResponse(Refusal(.busy, "the server did not answer")) }
        return response
    }
}
