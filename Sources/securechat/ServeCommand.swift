import ArgumentParser
import Chat
import Logging
import Native
import Security
import Server

/// `securechat serve`: the server, in the foreground.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server in the foreground.",
        discussion: """
            Ends in order on SIGTERM and SIGINT; reads certificate and configuration again on SIGHUP.
            """)

    @OptionGroup var server: ServerOptions

    @Flag(help: "For development: a directory without keys gets some; storage.backend may be memory.")
    var dev = false

    func run() throws {
        let effective = try server.effectiveConfiguration(isDevelopment: dev)
        var configuration = effective.configuration
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: "securechat")
        log.logLevel = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        secureKeys(configuration.limits, log)
        let directory = server.directory
        if dev { try makeDevelopmentDirectory(directory, configuration) }
        let marker = try directory.readMarker()
        if configuration.serverName.isEmpty { configuration.serverName = marker.serverName }
        let entrance = try StoreEntrance(directory, configuration) { log.notice("\($0)") }
        let keys = entrance.keys
        let appliance = Appliance(
            configuration: configuration, stores: stores(configuration, directory, keys),
            identity: keys.identity, secrets: keys.installation,
            passwordCosts: marker.passwordCosts, directory: directory,
            loadCertificate: {
                let certificate = try ServerKeys.loadCertificate(from: directory)
                return Appliance.Certificate(chain: certificate.chain, privateKey: certificate.key)
            },
            loadConfiguration: {
                var wanted = try server.effectiveConfiguration(isDevelopment: dev).configuration
                if wanted.serverName.isEmpty { wanted.serverName = marker.serverName }
                return wanted
            }, log: log)
        CurrentProcess.surviveBrokenPipes()
        let outcome = try appliance.serve { _ in }
        _ = consume entrance
        switch outcome {
        case .stopped: return
        // All descriptors close with the old program, as at a crash: the stores are recovered from disk.
        case .mustRestart: try CurrentProcess.startAgain()
        }
    }

    /// Before any key is read.
    private func secureKeys(_ limits: Limits, _ log: Logger) {
        switch SecureHeap.open(connections: limits.connections) {
        case .locked: break
        case .unlocked:
            log.warning(
                "memory for keys is not locked, and may be swapped out: RLIMIT_MEMLOCK is too small")
        case .unavailable: log.warning("there is no protected memory for keys: they lie on the heap")
        }
    }

    private func stores(
        _ configuration: Configuration, _ directory: DataDirectory, _ keys: ServerKeys
    ) -> StoreFactory {
        switch configuration.backend {
        case .embedded:
            return Composition.embedded(
                in: directory, auditKey: keys.audit, limits: configuration.limits)
        case .memory:
            let random = SecureRandom()
            return Composition.memory(
                incarnation: Incarnation(high: random.next(), low: random.next()), auditKey: keys.audit)
        }
    }

    private func makeDevelopmentDirectory(_ directory: DataDirectory, _ configuration: Configuration) throws {
        switch try directory.condition() {
        case .missing, .empty, .unfinished:
            let setup = try ServerSetup(
                directory: directory, configuration: configuration, administrator: "admin")
            standardOutput("\(setup.link.text)\n")
        case .finished, .newer, .foreign, .unreadable: return
        }
    }
}
