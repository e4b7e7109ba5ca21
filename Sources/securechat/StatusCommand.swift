import ArgumentParser
import Chat
import Native
import Security
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
            standardOutput(members(status).encoded() + "\n")
        } else {
            let unsealed = status.unsealed == 0 ? "" : "  NOT SEALED: what ends TLS reads them"
            standardOutput(
                """
                version      \(status.version), process \(status.processID)
                connections  \(status.connections)
                unsealed     \(status.unsealed)\(unsealed)
                snapshot     \(ago(status.snapshotAt)), one verified \(ago(status.verifiedAt))
                search       \(status.searchBehind.map { "\($0) events behind" } ?? "off")
                disk         \(words(status.disk))
                memory       \(words(status.memory))

                """)
            for store in status.damaged { standardOutput("DAMAGED      \(store.advice)\n") }
        }
    }

    private func words(_ disk: ControlResponse.DiskStatus) -> String {
        let numbers =
            "\(disk.free >> 20) MiB free of \(disk.size >> 20) MiB, \(disk.reserve >> 20) MiB are kept"
        return switch disk.state {
        case "low": "NEARLY FULL, nothing new is begun: \(numbers)"
        case "full": "FULL, messages are refused: \(numbers)"
        default: numbers
        }
    }

    private func words(_ memory: ControlResponse.MemoryStatus) -> String {
        let numbers = "\(memory.used >> 20) MiB of \(memory.limit >> 20) MiB"
        return switch memory.step {
        case "shrinking": "\(numbers), caches are given up"
        case "refusing": "SHORT, new connections are refused: \(numbers)"
        case "shedding": "SHORT, slow readers are sent away: \(numbers)"
        default: numbers
        }
    }

    private func members(_ status: ControlResponse.Status) -> JSONValue {
        func number(_ value: Int64?) -> JSONValue { value.map { .integer(Int($0)) } ?? .null }
        return .object([
            .init("pid", .integer(Int(status.processID))),
            .init("version", .text(status.version)),
            .init("connections", .integer(status.connections)),
            .init("unsealed", .integer(status.unsealed)),
            .init("snapshot_age", number(age(status.snapshotAt))),
            .init("snapshot_verified_age", number(age(status.verifiedAt))),
            .init("search_behind", number(status.searchBehind.map { Int64(clamping: $0) })),
            .init(
                "disk",
                .object([
                    .init("state", .text(status.disk.state)),
                    .init("free", number(status.disk.free)),
                    .init("size", number(status.disk.size)),
                    .init("reserve", number(status.disk.reserve)),
                ])),
            .init(
                "memory",
                .object([
                    .init("step", .text(status.memory.step)),
                    .init("used", .integer(status.memory.used)),
                    .init("limit", .integer(status.memory.limit)),
                ])),
            .init(
                "damaged",
                .list(
                    status.damaged.map { store in
                        .object([
                            .init("store", .text(store.store)),
                            .init("path", .text(store.path)),
                            .init("finding", .text(store.finding)),
                            .init("advice", .text(store.advice)),
                        ])
                    })),
        ])
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
