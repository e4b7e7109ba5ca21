import ArgumentParser
import Server

/// `securechat status`: what the running server is doing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the running server: who is connected, and how.")

    @OptionGroup var server: ServerOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let client = ControlClient(path: server.directory.controlSocket)
        guard let response = try client.perform(.status) else {
            standardError("securechat: no server runs on \(server.directory.path)\n")
            throw ExitCode(ClientExit.Kind.unreachable.rawValue)
        }
        guard case .status(let status) = response else {
            throw CommandFailure("the server gave another answer: it is of another version")
        }
        if json {
            standardOutput(
                "{\"pid\":\(status.processID),\"version\":\"\(status.version)\","
                    + "\"connections\":\(status.connections),\"unsealed\":\(status.unsealed)}\n")
        } else {
            let unsealed = status.unsealed == 0 ? "" : "  NOT SEALED: what ends TLS reads them"
            standardOutput(
                """
                version      \(status.version), process \(status.processID)
                connections  \(status.connections)
                unsealed     \(status.unsealed)\(unsealed)

                """)
        }
    }
}
