/// What is fuzzed. Each takes any bytes, and traps when what must hold for all bytes does not: libFuzzer
/// looks for such bytes, and those that were found once stand in Tests/Corpora and run as ordinary tests.
///
/// Compiled twice: here, and by packaging/fuzz in the package Tests/Fuzz.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case frames
    case session
    case clientMessages = "client-messages"
    case serverMessages = "server-messages"
    case configuration
    case names
    /// Has a planted fault: shows that the harness finds one.
    case canary

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .frames: FrameFuzzing.run(bytes)
        case .session: SessionFuzzing.run(bytes)
        case .clientMessages: MessageFuzzing.runClient(bytes)
        case .serverMessages: MessageFuzzing.runServer(bytes)
        case .configuration: ConfigurationFuzzing.run(bytes)
        case .names: NameFuzzing.run(bytes)
        case .canary: CanaryFuzzing.run(bytes)
        }
    }
}
