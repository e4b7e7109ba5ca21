import Chat
package import Logging
import Native
import Reactor
package import Security
import Synchronization
import Wire

/// One running server: doors, threads, control socket and signals, from the first to the last.
///
/// Used by the thread that calls `serve`, which is the process's first: signals are blocked there before any
/// other thread starts.
package struct Appliance {
    package enum Outcome: Hashable, Sendable {
        /// A signal asked for it, and everything ended in order.
        case stopped
        /// A write's outcome is not known: the state in memory is void, and the process must start again from
        /// disk.
        case mustRestart
    }

    /// What proves to TLS who this is; PEM.
    package struct Certificate: Sendable {
        package let chain: [UInt8]
        package let privateKey: [UInt8]

        package init(chain: [UInt8], privateKey: [UInt8]) {
            self.chain = chain
            self.privateKey = privateKey
        }
    }

    private let configuration: Configuration
    private let stores: StoreFactory
    private let identity: IdentityRecord
    private let secrets: InstallationSecrets
    private let passwordCosts: PasswordCosts
    private let directory: DataDirectory
    private let loadCertificate: () throws -> Certificate
    private let loadConfiguration: () throws -> Configuration
    private let log: Logger

    package init(
        configuration: Configuration, stores: StoreFactory, identity: IdentityRecord,
        secrets: InstallationSecrets, passwordCosts: PasswordCosts, directory: DataDirectory,
        loadCertificate: @escaping () throws -> Certificate,
        loadConfiguration: @escaping () throws -> Configuration, log: Logger
    ) {
        self.configuration = configuration
        self.stores = stores
        self.identity = identity
        self.secrets = secrets
        self.passwordCosts = passwordCosts
        self.loadCertificate = loadCertificate
        self.loadConfiguration = loadConfiguration
        self.directory = directory
        self.log = log
    }

    /// Serves until SIGTERM or SIGINT, or until a write's outcome is not known. SIGHUP reads the certificate
    /// and the configuration again.
    /// - Parameter ready: called once, when clients are accepted, with the port.
    package func serve(ready: (UInt16) -> Void) throws -> Outcome {
        let signals = try SignalDescriptor([.terminate, .interrupt, .hangUp])
        let descriptors = try CurrentProcess.raiseDescriptorLimit()
        try CurrentProcess.forbidCoreDumps()
        let providers = try providerAccess()
        let tickets = TLSTicketKeys()
        let doors = try Doors(
            configuration: configuration, security: .server(try tlsContext(tickets)))
        let guards = loginGuards()
        let threads = try ServerThreads(
            limits: configuration.limits, guards: guards, listeners: doors.listeners, memory: pressure(),
            log: log)
        let failure = Failure()
        let log = log
        let disk = DiskWatch(path: directory.path, limits: configuration.limits, log: log)
        _ = disk.look()
        let history = try openStores(threads, disk) {
            failure.report("the outcome of a write is not known")
        }
        note(.serverStarted, ["version": .text(Version.text)], threads)
        if let folder = history.sessionsSetAside {
            log.error(
                "the sessions were damaged and are set aside in \(folder): everybody has to log in again")
        }
        try startSearch(threads, history, disk)
        try threads.startRetention(history, rule: configuration.retention)
        let shown = try serverIdentity(history)
        let hello = helloDesk(history, shown)
        try threads.startLoops(
            history: history, hello: hello, providers: providers,
            requiresSealing: configuration.requiresSealing, cores: configuration.cores
        ) { error in
            failure.report("a loop ended: \(error)")
        }
        let control = try ControlServer(log: log)
        let snapshots = snapshotDesk(threads, history)
        let watched = watchedStores(history)
        let eraser = PersonEraser()
        let eraserThread = try startErasing(eraser, threads, history)
        let controlThread = try startControl(
            control, threads, history, shown, hello, snapshots, eraser,
            StatusReport(
                directory: directory, ledger: threads.ledger, disk: disk, memory: threads.memory,
                stores: watched, searchBehind: threads.searchBehind),
            port: doors.port)
        log.notice("listening on \(configuration.listenAddress):\(doors.port), \(descriptors) descriptors")
        ready(doors.port)

        let keeper = snapshots.flatMap {
            SnapshotKeeper(
                $0, in: directory, configuration, publicKey: stores.audit.key.publicKey, log: log)
        }
        let resources = resourceWatch(disk, threads, watched)
        try wait(signals, threads, tickets, guards.rates, resources) {
            keeper?.tick(now: Timestamp(milliseconds: WallClock.milliseconds()))
            history.forgetIfDue()
        }
        control.stop()
        snapshots?.stop()
        controlThread.join()
        eraser.stop()
        eraserThread.join()
        return end(threads, failure)
    }

    private func end(_ threads: ServerThreads, _ failure: Failure) -> Outcome {
        if let reason = failure.reason {
            log.critical("\(reason): starting again from disk")
            note(.storageFailed, ["reason": .text(reason)], threads)
            threads.dismiss(.restarting, reason, within: .seconds(1))
            return .mustRestart
        }
        log.notice("stopping")
        note(.serverStopped, [:], threads)
        threads.finish()
        return .stopped
    }

    private func resourceWatch(
        _ disk: DiskWatch, _ threads: ServerThreads, _ stores: [WatchedStore]
    ) -> ResourceWatch {
        // The audit log was not open at the first look.
        if disk.intake != .open { note(disk.event.kind, disk.event.details, threads) }
        return ResourceWatch(
            disk: disk, memory: threads.memory, stores: stores, directory: directory, log: log,
            now: MonotonicClock.now()
        ) {
            note($0, $1, threads)
        } shed: {
            threads.shed(bytes: $0)
        }
    }

    private func openStores(
        _ threads: ServerThreads, _ disk: DiskWatch, failed: @escaping @Sendable () -> Void
    ) throws -> ServerThreads.History {
        do {
            return try threads.openStores(
                stores, storage: { disk.intake }, report: { [log] in log.critical("\($0)") }, failed: failed)
        } catch let found as ServerThreads.HistoryUnavailable where found.error.code == .damaged {
            throw StoreDamage(.history, directory.history, found.error.detail, in: directory)
        }
    }

    private func pressure() -> MemoryPressure {
        let limits = configuration.limits
        let pressure = MemoryPressure(
            MemoryMarks(
                megabytes: limits.memoryMegabytes, ceiling: CurrentProcess.memoryCeiling(),
                sharePercent: limits.memoryShare))
        if let used = try? CurrentProcess.ownMemory() { _ = pressure.note(used: used) }
        return pressure
    }

    private func watchedStores(_ history: ServerThreads.History) -> [WatchedStore] {
        [
            WatchedStore(.history, path: directory.history, care: history.care),
            WatchedStore(.audit, path: directory.audit, care: history.audit.care),
            WatchedStore(.sessions, path: directory.state, care: history.sessionCare),
        ]
    }

    /// Until a signal, or a failure, which raises one.
    /// - Parameter tick: what else is to be done every few seconds.
    private func wait(
        _ signals: borrowing SignalDescriptor, _ threads: ServerThreads, _ tickets: TLSTicketKeys,
        _ rates: RateLimiter, _ resources: ResourceWatch, tick: () -> Void
    ) throws {
        var running = configuration
        var report = RateReport(now: MonotonicClock.now())
        var housekeeping = Housekeeping(now: MonotonicClock.now())
        while true {
            let signal = try signals.wait(timeout: resources.interval)
            resources.look(now: MonotonicClock.now())
            if let line = report.line(rates, now: MonotonicClock.now()) { log.notice("\(line)") }
            let connections = threads.connections
            for chore in housekeeping.due(at: MonotonicClock.now(), connections: connections) {
                switch chore {
                case .goRound:
                    threads.keepRates()
                    threads.lookAround()
                    tick()
                case .rotateTicketKeys: tickets.rotate()
                case .rotateAccessTokenKeys: threads.rotateAccessTokenKeys()
                case .forgetExpiredSessions: threads.sweep()
                case .returnMemory: CurrentProcess.returnFreeMemory()
                }
            }
            switch signal {
            case nil: break
            case .hangUp:
                renewCertificate(threads, tickets)
                reload(&running, rates, threads)
            case .terminate, .interrupt: return
            case .windowChange: break
            }
        }
    }

    /// A bad certificate keeps the old one, and says so.
    private func renewCertificate(_ threads: ServerThreads, _ tickets: TLSTicketKeys) {
        do {
            let context = try tlsContext(tickets)
            for loop in threads.loops { loop.renewSecurity(.server(context)) }
            log.notice("the certificate was read again")
            note(.certificateReloaded, [:], threads)
        } catch {
            log.error("the certificate was not changed: \(error)")
            note(.certificateRefused, ["reason": .text("\(error)")], threads)
        }
    }

    private func note(_ kind: AuditKind, _ details: AuditDetails, _ threads: ServerThreads) {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        threads.audit.note(SecurityEvent(kind, at: now, by: .server, details))
    }

    /// A bad configuration keeps the old one, and says so.
    private func reload(
        _ running: inout Configuration, _ rates: RateLimiter, _ threads: ServerThreads
    ) {
        do {
            let change = ConfigurationChange(from: running, to: try loadConfiguration())
            running = change.running
            rates.apply(running.limits.rates)
            threads.retention.apply(running.retention)
            let applied = change.applied.isEmpty ? "nothing changed" : change.applied.joined(separator: ", ")
            log.notice("the configuration was read again: \(applied)")
            guard !change.waiting.isEmpty else { return }
            log.warning("these keys count from the next start on: \(change.waiting.joined(separator: ", "))")
        } catch {
            log.error("the configuration was not changed: \(error)")
        }
    }

    private func loginGuards() -> LoginGuards {
        let limits = configuration.limits
        let common = CommonPasswords.load(leastCharacters: limits.passwordLeastCharacters)
        if let common {
            log.info("\(common.list.count) common passwords are refused (\(common.path))")
        } else {
            log.notice("no list of common passwords is installed (Debian: john-data): none is refused")
        }
        return LoginGuards(
            rates: RateLimiter(limits.rates, key: secrets.rateSubjects), devices: secrets.devices,
            passwords: PasswordRule(limits: limits, common: common?.list ?? .none), costs: passwordCosts,
            factors: secrets.factors)
    }

    /// A server without providers does not load what asks them.
    private func providerAccess() throws(HTTPUnavailable) -> ProviderAccess? {
        guard !configuration.providers.isEmpty else { return nil }
        return ProviderAccess(settings: configuration.providers, source: try HTTPClient())
    }

    private func tlsContext(_ tickets: TLSTicketKeys) throws -> TLSContext {
        let certificate = try loadCertificate()
        return try TLSContext.server(
            certificateChain: certificate.chain, privateKey: certificate.privateKey,
            protocols: [ProtocolVersion.applicationProtocol], tickets: tickets)
    }

    /// An index that nobody keeps would keep what is deleted.
    private func startSearch(
        _ threads: ServerThreads, _ history: ServerThreads.History, _ disk: DiskWatch
    ) throws {
        guard configuration.isSearchable else { return try stores.search.remove() }
        try threads.startSearch(stores.search, history: history) { disk.intake != .open }
    }

    private func serverIdentity(_ history: ServerThreads.History) throws(StorageError) -> ServerIdentity {
        guard let server = ServerID(bytes: history.server) else {
            throw StorageError(.damaged, "the server's id is not of 16 bytes")
        }
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        return ServerIdentity(
            record: identity, server: server, lifetime: configuration.limits.credentialLifetime, now: now)
    }

    private func helloDesk(_ history: ServerThreads.History, _ identity: ServerIdentity) -> HelloDesk {
        HelloDesk(
            identity: identity, incarnation: history.incarnation, serverName: configuration.serverName,
            agent: "securechat/\(Version.text)",
            trustedProxies: IPNetwork.list(configuration.trustedProxies) ?? [],
            limits: configuration.limits)
    }

    /// `nil` where a store knows no cuts.
    private func snapshotDesk(
        _ threads: ServerThreads, _ history: ServerThreads.History
    ) -> SnapshotDesk? {
        guard let cuts = history.cuts else { return nil }
        let audit = threads.audit
        let frame = threads.frame
        return SnapshotDesk(
            directory: directory, signer: stores.audit.key, cuts: cuts, limits: configuration.limits,
            standStill: { body throws(StorageError) in try frame.standStill(while: body) },
            note: { details in
                let now = Timestamp(milliseconds: WallClock.milliseconds())
                audit.note(SecurityEvent(.snapshotMade, at: now, by: .operations, details))
            })
    }

    private func startErasing(
        _ eraser: PersonEraser, _ threads: ServerThreads, _ history: ServerThreads.History
    ) throws(IOError) -> Thread {
        let means = threads.erasingMeans(history, in: directory, limits: configuration.limits) {
            eraser.rest($0)
        }
        let log = log
        return try Thread.start(name: "erasing") {
            // Whoever chats goes first.
            CurrentProcess.yieldToOthers()
            eraser.run(means()) { log.notice("\($0)") }
        }
    }

    private func startControl(
        _ control: ControlServer, _ threads: ServerThreads, _ history: ServerThreads.History,
        _ shown: ServerIdentity, _ hello: HelloDesk, _ snapshotDesk: SnapshotDesk?, _ eraser: PersonEraser,
        _ status: StatusReport, port: UInt16
    ) throws(IOError) -> Thread {
        let listener = try LocalListeningSocket(path: directory.controlSocket)
        // Lock tier 9: a leaf, held once, while the thread takes the socket.
        let holder = Mutex<LocalListeningSocket?>(listener)
        let (desk, limits, log) = (threads.desk, configuration.limits, log)
        let writer = threads.audit
        // A name that nobody can connect to is the command's to refuse, which makes the link.
        let endpoint = try? ServerSetup.endpoint(
            configuration, serverName: configuration.serverName, port: port)
        let identity = IdentityDesk(directory: directory, server: shown.server) {
            shown.adopt($0, now: Timestamp(milliseconds: WallClock.milliseconds()))
        }
        let snapshots = snapshotDesk.map { SnapshotAdministration($0, isAskedAgain: true) }
        return try Thread.start(name: "control") {
            guard let listener = holder.withLock({ $0.take() }) else { return }
            let administration = Administration(
                limits: limits, endpoint: endpoint,
                now: { Timestamp(milliseconds: WallClock.milliseconds()) }, audit: history.auditDesk(writer),
                identity: identity, snapshots: snapshots, history: history.reader,
                deletions: DeletionDesk { eraser.pursue($0, within: limits.deletionWait) },
                ask: { desk.ask($0) }, askState: { desk.ask($0) })
            do throws(IOError) {
                try control.run(listener) { request in
                    switch request {
                    case .ping: .running(processID: CurrentProcess.number, version: Version.text)
                    case .status: .status(status.make(unsealed: hello.unsealed.count))
                    default: administration.perform(request)
                    }
                }
            } catch {
                log.error("the control socket ended: \(error)")
            }
        }
    }
}

/// Why the server cannot go on; set once, by any thread. The first thread is woken by a signal.
private final class Failure: Sendable {
    /// Lock tier 9: a leaf, held for one assignment.
    private let first = Mutex<String?>(nil)

    var reason: String? { first.withLock { $0 } }

    func report(_ reason: String) {
        first.withLock { $0 = $0 ?? reason }
        try? CurrentProcess.raise(.terminate)
    }
}
