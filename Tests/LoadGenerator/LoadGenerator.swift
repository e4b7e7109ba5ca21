import ArgumentParser

/// Measures a running server: memory, durable messages a second, deliveries a second, latencies.
///
/// Open loop: message k is due at the start + k / rate, and its latency runs from that moment to the one at
/// which the delivery was decrypted and read. Everything that comes back is checked. One JSON line a result.
@main
struct LoadGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "LoadGenerator",
        abstract: "Load for a SecureChat server. One JSON line for each result; progress on standard error.",
        subcommands: [Prepare.self, Idle.self, Intake.self, Fanout.self, Ceiling.self])
}
