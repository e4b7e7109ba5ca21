import ArgumentParser
import Chat
import Foundation
import Logging
import Native
import Reactor
import Security
import Server
import Wire

/// The real server on a directory of its own, which is also told of so many audit events a second: what
/// auditing costs the chat is measured with it. No door lets in as many; so they come from a thread within.
///
/// Prints a line when it listens, and ends in order on SIGTERM.
@main
struct AuditedServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "AuditedServer", abstract: "A server that audits so much a second, for the benchmark.")

    @Option(help: "The data directory, made by `securechat init`.") var data: String
    @Option(help: "The port on 127.0.0.1.") var port: UInt16
    @Option(help: "none, unheard, alike, various, records or administration: see EventSource.")
    var events: EventSource.Kind
    @Option(help: "Events a second; of administration as many as it answers.") var rate = 10_000

    func run() throws {
        let directory = DataDirectory(path: data)
        let lock = try directory.enter()
        let keys = try ServerKeys.load(from: directory)
        let signals = try SignalDescriptor([.terminate, .interrupt])
        try CurrentProcess.raiseDescriptorLimit()
        CurrentProcess.surviveBrokenPipes()
        var limits = Limits.standard
        limits.idleDeadline = .seconds(3_600)
        // The load comes from one address.
        limits.rates.isEnabled = false
        let context = try TLSContext.server(
            certificateChain: keys.certificateChain, privateKey: keys.certificateKey,
            protocols: [ProtocolVersion.applicationProtocol], tickets: TLSTicketKeys())
        let listener = Listener(
            try ListeningSocket(address: .loopback, port: port), security: .server(context))
        let secrets = keys.installation
        let guards = LoginGuards(
            rates: RateLimiter(limits.rates, key: secrets.rateSubjects), devices: secrets.devices,
            passwords: PasswordRule(limits: limits, common: .none), factors: secrets.factors)
        let threads = try ServerThreads(
            limits: limits, guards: guards, listeners: [listener], log: Logger(label: "audited"))
        let stores = Composition.embedded(in: directory, auditKey: keys.audit, limits: limits)
        let history = try threads.openStores(stores, report: say) {
            fatalError("the outcome of a write is not known")
        }
        try threads.startLoops(
            history: history, hello: try hello(keys, history, limits), requiresSealing: false, cores: nil
        ) { error in fatalError("a loop ended: \(error)") }
        let source = EventSource(events, rate: rate, threads: threads)
        let sourceThread = try Native.Thread.start(name: "source") { source.run() }
        say("listening")
        _ = try signals.wait(timeout: nil)
        source.stop()
        sourceThread.join()
        threads.finish()
        _ = consume lock
    }

    private func hello(
        _ keys: ServerKeys, _ history: ServerThreads.History, _ limits: Limits
    ) throws -> HelloDesk {
        guard let server = Wire.ServerID(bytes: history.server) else {
            throw ValidationError("the server has no id")
        }
        let identity = ServerIdentity(
            record: keys.identity, server: server, lifetime: limits.credentialLifetime,
            now: Timestamp(milliseconds: WallClock.milliseconds()))
        return HelloDesk(
            identity: identity, incarnation: history.incarnation, serverName: "localhost", agent: "audited",
            limits: limits)
    }
}

@Sendable private func say(_ text: String) {
    FileHandle.standardOutput.write(Data("\(text)\n".utf8))
}
