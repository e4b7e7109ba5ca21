import ArgumentParser
import Foundation
import Native
import Reactor
import Wire

/// Which server, with how many connections.
struct Target: ParsableArguments {
    @Option(help: "The server's port on 127.0.0.1.") var port: UInt16
    @Option(help: "The server's process, for its memory and processor time.") var process: Int32
    @Option(help: "A file of access tokens, one a line: see `prepare`.") var tokens: String
    @Option(help: "Connections.") var connections = 1_000
    @Flag(help: "Never sleep. Only on a processor of the generator's own.") var spin = false

    @Flag(help: "Seal no frame: for a server with sealing.required off, to measure the cost.")
    var unsealed = false

    func crowd() throws -> RunningCrowd {
        let lines = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(
            String.init)
        guard !lines.isEmpty else { throw LoadError("no tokens in \(tokens)") }
        let context = try TLSContext.client(
            trust: .unverified, protocols: [ProtocolVersion.applicationProtocol])
        let plan = Crowd.Plan(
            server: PeerAddress(.loopback, port: port),
            security: .client(context, serverName: "localhost"), tokens: lines,
            seals: !unsealed, spins: spin,
            seed: UInt64(clamping: WallClock.milliseconds()))
        return try RunningCrowd(plan)
    }
}
