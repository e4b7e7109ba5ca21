import ArgumentParser
import Chat
import Native
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
                    + "\"connections\":\(status.connections),\"unsealed\":\(status.unsealed),"
                    + "\"snapshot_age\":\(age(status.snapshotAt).map(String.init) ?? "null"),"
                    + "\"snapshot_verified_age\":\(age(status.verifiedAt).map(String.init) ?? "null"),"
                    + "\"search_behind\":\(status.searchBehind.map(String.init) ?? "null")}\n")
        } else {
            let unsealed = status.unsealed == 0 ? "" : "  NOT SEALED: what ends TLS reads them"
            standardOutput(
                """
                version      \(status.version), process \(status.processID)
                connections  \(status.connections)
                unsealed     \(status.unsealed)\(unsealed)
                snapshot     \(ago(status.snapshotAt)), one verified \(ago(status.verifiedAt))
                search       \(status.searchBehind.map { "\($0) events behind" } ?? "off")

                """)
        }
    }

    /// In seconds.
    private func age(_ moment: Int64?) -> Int64? {
        moment.map { max(0, WallClock.milliseconds() - $0) / 1_000 }
    }

    private func ago(_ moment: Int64?) -> String {
        age(moment).map { "\(Self.rough($0).words) ago" } ?? "never"
    }

    /// To the minute, hour or day.
    private static func rough(_ seconds: Int64) -> Duration {
        let unit: Int64 = seconds >= 172_800 ? 86_400 : seconds >= 7_200 ? 3_600 : seconds >= 60 ? 60 : 1
        return .seconds(seconds / unit * unit)
    }
}
