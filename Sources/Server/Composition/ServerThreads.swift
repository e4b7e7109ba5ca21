package import Chat
package import Logging
package import Native
package import Reactor
import Security
import Storage

/// The threads of a running server, in the order in which they start and end.
///
/// Made, started and ended by one thread; `loops` and `desk` may be used from any.
package final class ServerThreads {
    package typealias ClientEventLoop = EventLoop<ClientLoop>

    /// What opening the history tells the others.
    package struct History: Sendable {
        package let reader: any RetentionReader
        package let incarnation: Incarnation
        package let server: [UInt8]
        /// Where damaged sessions were put aside when they were opened; everybody has to log in again.
        package let sessionsSetAside: String?
        let audit: ReadableAudit
        /// `nil` where a store knows no cuts.
        let cuts: StoreCuts?
        /// Takes what was deleted out of the history's files. Any thread but the sequencer's.
        let forget: @Sendable () throws(StorageError) -> Void
        /// Begins that where something was erased. Any thread, now and then.
        let forgetIfDue: @Sendable () -> Void
        /// Of the history, and of the sessions.
        let care: StoreCare
        let sessionCare: StoreCare

        /// For the control thread.
        func auditDesk(_ writer: AuditWriter) -> AuditDesk { audit.desk(writer, forgetOutbox: forget) }
    }

    /// The audit log for its readers. A value.
    struct ReadableAudit: Sendable {
        /// `nil` when the log could not be opened.
        let reader: (any AuditReader)?
        let log: AuditLogID
        let publicKey: [UInt8]
        let prepareCut: (@Sendable () -> DatabaseCut)?
        let care: StoreCare

        /// For the control thread: reads beside the audit thread, and waits for its signatures.
        func desk(
            _ writer: AuditWriter, forgetOutbox: @escaping () throws(StorageError) -> Void
        ) -> AuditDesk {
            let erasings = AuditErasings(patience: writer.limits.auditErasingWait) { party, erased in
                writer.erase(party, erased: erased)
            }
            return AuditDesk(
                reader: reader, log: log, publicKey: publicKey, limits: writer.limits,
                erase: { party, isContinued in erasings.ask(party, isContinued: isContinued) },
                forgetOutbox: forgetOutbox
            ) {
                let signed = Handover<StorageError?>()
                guard writer.sign(answered: { signed.give($0) }) else {
                    return StorageError(.failed, "the server is stopping")
                }
                return signed.take()
            }
        }
    }

    package let loops: [ClientEventLoop]
    package let desk: ControlDesk
    private let limits: Limits
    private let guards: LoginGuards
    private let log: Logger
    let ledger: ConnectionLedger
    private let pool: WorkPool
    /// Fetches the keys of identity providers, where there are any.
    private var providerLane: WorkLane?
    private let stateWriter: StateWriter
    private let sequencer: SequencerThread
    private let access: AccessTokens
    /// Where to note what happens: from any thread.
    package let audit: AuditWriter
    /// What the process takes of its memory: noted by whoever watches, asked by the loops.
    let memory: MemoryPressure
    private var auditThread: Thread?
    /// Follows the history with the index; told of what is stored whether it runs or not.
    let indexer: SearchIndexer
    private var searchThread: Thread?
    /// Has old history removed; told of what is, whether it runs or not.
    let retention: RetentionKeeper
    private var retentionThread: Thread?
    private var searchLane: WorkLane?
    private var loopThreads: [Thread] = []
    /// What the store holds of the rate limits: what has not changed is not written again.
    private var keptRates: [RateRecord] = []
    private var storeThreads: [Thread] = []

    /// Makes everything and starts nothing but the pool. A loop for each listener.
    package init(
        limits: Limits, guards: LoginGuards, listeners: [Listener],
        memory: MemoryPressure = MemoryPressure(), log: Logger
    ) throws(IOError) {
        self.memory = memory
        self.limits = limits
        self.guards = guards
        self.log = log
        let loopLimits = LoopLimits(limits)
        ledger = ConnectionLedger(
            limits: loopLimits, admission: Doorkeeper(rates: guards.rates, memory: memory))
        let ending = SessionEnding(
            access: AccessTokens(limits: limits), sequencer: SequencerThread(limits: limits),
            audit: AuditWriter(limits: limits))
        stateWriter = StateWriter(limits: limits, watch: StorageWatch("sessions", log: log)) { closed in
            ending.carryOut(closed, now: Timestamp(milliseconds: WallClock.milliseconds()))
        }
        (sequencer, access, audit) = (ending.sequencer, ending.access, ending.audit)
        indexer = SearchIndexer(limits: limits)
        retention = RetentionKeeper(limits: limits)
        desk = ControlDesk(sequencer: sequencer, stateWriter: stateWriter)
        var loops: [ClientEventLoop] = []
        for (index, listener) in listeners.enumerated() {
            loops.append(
                try ClientEventLoop(index: index, limits: loopLimits, listeners: [listener], ledger: ledger))
        }
        self.loops = loops
        pool = try WorkPool(
            threads: limits.poolThreads, jobs: limits.poolJobs, hashingJobs: limits.hashingJobs)
    }

    /// Opens the stores on their threads. Nobody is served yet.
    /// - Parameter storage: what there is room for; asked on the sequencer's thread for each batch.
    /// - Parameter report: called on the audit thread with what the operator must know of the audit log.
    /// - Parameter failed: called on the sequencer's thread when a write's outcome is not known, after
    ///   everybody was told: the process has to start again from disk.
    package func openStores(
        _ factory: StoreFactory, storage: @escaping @Sendable () -> StorageIntake = { .open },
        report: @escaping @Sendable (String) -> Void, failed: @escaping @Sendable () -> Void
    ) throws -> History {
        let sessionsOpened = Handover<Result<OpenedSessions, StorageError>>()
        storeThreads.append(
            try Thread.start(name: "state") { [stateWriter] in
                do throws(StorageError) {
                    let sessions = try factory.openSessions()
                    sessionsOpened.give(
                        .success(
                            OpenedSessions(
                                setAside: sessions.setAside, cut: sessions.cut, care: sessions.care)))
                    stateWriter.run(sessions.store)
                } catch {
                    sessionsOpened.give(.failure(error))
                }
            })
        let sessions = try sessionsOpened.take().get()
        try restoreRates()
        let readable = try openAudit(factory.audit, report: report)

        let opened = Handover<Result<StoredHistory, StorageError>>()
        let (sequencer, audit, desk, loops, limits) = (sequencer, audit, desk, loops, limits)
        let (indexer, retention) = (indexer, retention)
        let watch = StorageWatch("history", log: log)
        let body: @Sendable () -> Void = {
            let result = Self.sequence(
                on: sequencer, factory, desk: desk, loops: loops, limits: limits, watch: watch,
                audit: audit, indexer: indexer, retention: retention, storage: storage, opened: opened)
            switch result {
            case .success(true): return
            case .success(false): failed()
            case .failure(let error): opened.give(.failure(error))
            }
        }
        storeThreads.append(try Thread.start(name: "sequencer", body: body))
        let stored: StoredHistory
        do throws(StorageError) {
            stored = try opened.take().get()
        } catch {
            throw HistoryUnavailable(error: error)
        }
        audit.know(stored.reader)
        return History(
            reader: stored.reader, incarnation: stored.incarnation, server: stored.server,
            sessionsSetAside: sessions.setAside, audit: readable,
            cuts: StoreCuts(
                history: stored.prepareCut, audit: readable.prepareCut, sessions: sessions.cut),
            forget: stored.forget, forgetIfDue: stored.forgetIfDue, care: stored.care,
            sessionCare: sessions.care)
    }

    /// The audit log on its thread. A log that cannot be opened keeps nobody from chatting.
    private func openAudit(
        _ factory: AuditFactory, report: @escaping @Sendable (String) -> Void
    ) throws(IOError) -> ReadableAudit {
        let opened = Handover<Result<OpenedAudit, StorageError>>()
        let (limits, audit, sequencer) = (limits, audit, sequencer)
        auditThread = try Thread.start(name: "audit") {
            // Whoever chats goes first.
            CurrentProcess.yieldToOthers()
            let now = { Timestamp(milliseconds: WallClock.milliseconds()) }
            var log: AuditLog?
            do throws(StorageError) {
                let found = try AuditLog.open(factory, limits: limits, now: now())
                if let aside = found.setAside {
                    report("\(aside.reason): the audit log is set aside as \(aside.path), another begins")
                }
                opened.give(
                    .success(
                        OpenedAudit(
                            reader: found.reader, log: found.log, prepareCut: found.prepareCut,
                            care: found.care)))
                log = found
            } catch {
                report("the audit log cannot be opened, administration is refused: \(error)")
                opened.give(.failure(error))
            }
            audit.run(
                log, now: now,
                entered: { ids in
                    sequencer.submitAlways(Envelope(origin: .audit, request: 0, body: .audited(ids)))
                }, report: report)
        }
        do throws(StorageError) {
            let found = try opened.take().get()
            return ReadableAudit(
                reader: found.reader, log: found.log, publicKey: factory.key.publicKey,
                prepareCut: found.prepareCut, care: found.care)
        } catch {
            let care = StoreCare()
            care.condition.note(error)
            return ReadableAudit(
                reader: nil, log: AuditLogID(high: 0, low: 0), publicKey: factory.key.publicKey,
                prepareCut: nil, care: care)
        }
    }

    /// Before anybody is served: a restart refills no bucket.
    private func restoreRates() throws(StorageError) {
        let found = Handover<Result<SessionAnswer, StorageError>>()
        guard stateWriter.submit(.findRates, answered: { found.give($0) }),
            case .rates(let records) = try found.take().get()
        else { return }
        guards.rates.restore(
            records, now: MonotonicClock.now().nanoseconds,
            wallClock: Timestamp(milliseconds: WallClock.milliseconds()))
    }

    /// The sequencer's thread.
    /// - Returns: whether it ended in order; false when a write's outcome is not known.
    private static func sequence(
        on thread: SequencerThread, _ factory: StoreFactory, desk: ControlDesk, loops: [ClientEventLoop],
        limits: Limits, watch: StorageWatch, audit: AuditWriter, indexer: SearchIndexer,
        retention: RetentionKeeper, storage: @escaping () -> StorageIntake,
        opened: Handover<Result<StoredHistory, StorageError>>
    ) -> Result<Bool, StorageError> {
        do throws(StorageError) {
            let events = try factory.openEvents()
            let condition = events.care.condition
            let sequencer = try makeSequencer(
                events.store, desk: desk, loops: loops, limits: limits, watch: watch, audit: audit,
                indexer: indexer, retention: retention
            ) { condition.isDamaged ? .damaged : storage() }
            opened.give(
                .success(
                    StoredHistory(
                        reader: events.history, incarnation: sequencer.incarnation, server: events.server,
                        forget: events.forget, forgetIfDue: events.forgetIfDue,
                        prepareCut: events.prepareCut, care: events.care)))
            guard thread.run(sequencer) else {
                desk.abandon()
                return .success(false)
            }
            try events.close()
            return .success(true)
        } catch {
            return .failure(error)
        }
    }

    private static func makeSequencer(
        _ store: any EventStore, desk: ControlDesk, loops: [ClientEventLoop], limits: Limits,
        watch: StorageWatch, audit: AuditWriter, indexer: SearchIndexer, retention: RetentionKeeper,
        storage: @escaping () -> StorageIntake
    ) throws(StorageError) -> Sequencer<SecureRandom, NativeHashing> {
        var posts = LoopPosts(
            post: loops.map { loop in { letter, bytes in loop.post(letter, bytes: bytes) } },
            postAlways: loops.map { loop in { letter, bytes in loop.postAlways(letter, bytes: bytes) } })
        let sequencer = try Sequencer(
            store: store, limits: limits, loopCount: loops.count, random: SecureRandom(),
            hashing: NativeHashing(),
            now: Timestamp(milliseconds: WallClock.milliseconds()), intake: { audit.intake },
            storage: storage
        ) { output in
            posts.deliver(output.loops)
            desk.deliver(output.control)
            audit.enter(output.audit)
            indexer.tell(output.heads, anchors: output.anchors)
            retention.tell(output.retention)
            switch output.storage {
            case .untouched: break
            case .stored: watch.noteSuccess()
            case .full: watch.note(StorageError(.full, "messages are refused"))
            // Whoever watches over the store tells it, with the way back.
            case .damaged: break
            }
        }
        audit.enter(sequencer.outbox)
        indexer.tell(sequencer.heads, anchors: sequencer.anchors)
        return sequencer
    }

    /// The index on its thread, and those who look into it: before the loops start. Nobody waits for it:
    /// while there is none yet, or it is behind, what is missing in it is looked through as it is.
    /// - Parameter isShort: whether the disk has little room.
    package func startSearch(
        _ factory: SearchFactory, history: History, isShort: @escaping @Sendable () -> Bool = { false }
    ) throws(IOError) {
        searchLane = try WorkLane(
            name: "search", threads: limits.searchThreads, capacity: limits.searchJobs)
        let watch = StorageWatch("search", log: log)
        let (indexer, log) = (indexer, log)
        searchThread = try Thread.start(name: "index") {
            // Whoever chats goes first.
            CurrentProcess.yieldToOthers()
            indexer.run(
                factory, of: history.incarnation, history: history.reader, isShort: isShort,
                note: { error in if let error { watch.note(error) } else { watch.noteSuccess() } },
                report: { log.notice("\($0)") })
        }
    }

    /// Has what is older than it is kept removed from now on.
    package func startRetention(_ history: History, rule: Retention) throws(IOError) {
        retention.apply(rule)
        let watch = StorageWatch("retention", log: log)
        let (retention, sequencer) = (retention, sequencer)
        retentionThread = try Thread.start(name: "retention") {
            // Whoever chats goes first.
            CurrentProcess.yieldToOthers()
            retention.run(
                history.reader, now: { Timestamp(milliseconds: WallClock.milliseconds()) },
                isHeld: history.care.isHeld, submit: { sequencer.submit($0) },
                note: { error in if let error { watch.note(error) } else { watch.noteSuccess() } })
        }
    }

    private var searchDesk: SearchDesk? {
        let indexer = indexer
        return searchLane.map { lane in
            SearchDesk(lane: lane, reader: { indexer.reader }, noteFailure: { indexer.noteFailure($0) })
        }
    }

    /// Events that the index is behind; `nil` where there is none. From any thread.
    package var searchBehind: (@Sendable () -> UInt64)? {
        guard searchThread != nil else { return nil }
        let indexer = indexer
        return { indexer.behind }
    }

    /// Opens the doors: each loop accepts from now on.
    /// - Parameter cores: the processor of each loop, or `nil` to leave it to the kernel.
    /// - Parameter ended: called on a loop's thread when it ends with an error.
    package func startLoops(
        history: History, hello: HelloDesk, providers: ProviderAccess? = nil, requiresSealing: Bool,
        cores: [Int]?,
        ended: @escaping @Sendable (IOError) -> Void
    ) throws(IOError) {
        let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: WallClock.milliseconds()) }
        let providers = try providerDesk(providers, server: history.server, now: now)
        let services = ClientServices(
            limits: limits, sequencer: sequencer, pool: pool, history: history.reader,
            login: LoginDesk(
                limits: limits, pool: pool, state: stateWriter, history: history.reader, guards: guards,
                access: access, providers: providers, now: now),
            providers: providers,
            sessions: SessionDesk(limits: limits, state: stateWriter, now: now),
            factors: FactorDesk(
                limits: limits, pool: pool, history: history.reader, guards: guards, now: now), hello: hello,
            access: access, search: searchDesk, rates: guards.rates, requiresSealing: requiresSealing,
            memory: memory,
            tellLoops: { [loops] letter, bytes in
                for loop in loops { _ = loop.post(letter, bytes: bytes) }
            }, audit: audit, log: log)
        for (index, loop) in loops.enumerated() {
            let core = cores.map { $0[index % $0.count] }
            loopThreads.append(
                try Thread.start(name: "loop-\(index)", core: core) {
                    do throws(IOError) {
                        try loop.run { context in
                            ClientLoop(context: context, services: services) { loop.postAlways($0) }
                        }
                    } catch {
                        ended(error)
                    }
                })
        }
    }

    private func providerDesk(
        _ access: ProviderAccess?, server: [UInt8], now: @escaping @Sendable () -> Timestamp
    ) throws(IOError) -> ProviderDesk? {
        guard let access else { return nil }
        let settings = access.settings
        let lane = try WorkLane(name: "provider", threads: settings.count, capacity: settings.count)
        providerLane = lane
        let around = ProviderDesk.Surroundings(
            pool: pool, lane: lane, used: stateWriter, source: access.source, log: log, now: now
        ) { .nanoseconds(MonotonicClock.now().nanoseconds) }
        return ProviderDesk(settings: settings, server: server, limits: limits, around: around)
    }

    /// Sends slow readers away until so many bytes are given up. From any thread.
    func shed(bytes: Int) {
        for loop in loops { loop.shed(bytes: max(1, bytes / loops.count), most: limits.shedReaders) }
    }

    /// How many are connected now. From any thread.
    package var connections: Int { ledger.counts.connections }

    /// Signs access tokens by a new key. From any thread.
    package func rotateAccessTokenKeys() { access.rotate() }

    /// Forgets sessions and invites that have expired. From any thread.
    package func sweep() {
        Self.sweep(stateWriter, pieces: limits.sweepEntries)
        // A queue that is full has no time for it: the next hour has.
        _ = sequencer.submit(Envelope(origin: .server, request: 0, body: .command(.removeExpiredInvites)))
    }

    /// Has whoever has been away for a while told to be gone. From any thread.
    package func lookAround() {
        _ = sequencer.submit(Envelope(origin: .server, request: 0, body: .lookAround))
    }

    /// Has the buckets that are not full stored, so that a restart refills none. Waits for nobody: what is
    /// not written this time is written the next. By the thread that made this.
    package func keepRates() {
        let records = guards.rates.snapshot(
            now: MonotonicClock.now().nanoseconds,
            wallClock: Timestamp(milliseconds: WallClock.milliseconds()), least: limits.ratesKeptEvery,
            most: limits.ratesKept)
        guard records != keptRates, stateWriter.submit(.keepRates(records), answered: { _ in }) else {
            return
        }
        keptRates = records
    }

    /// In bounded pieces, so that a login waits for one of them at most; each asks for the next.
    private static func sweep(_ stateWriter: StateWriter, pieces: Int) {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        _ = stateWriter.submit(.sweep(now: now, max: pieces)) { result in
            if case .success(.count(let count)) = result, count >= pieces {
                sweep(stateWriter, pieces: pieces)
            }
        }
    }

    /// Those who write, for whoever needs them to stand still.
    var frame: WriterFrame {
        WriterFrame(audit: audit, state: stateWriter, sequencer: sequencer, limits: limits)
    }

    /// Ends in order: the loops say goodbye, what was submitted is stored, then the stores close.
    package func finish() {
        for loop in loops { loop.drain(within: limits.drainDeadline) }
        for thread in loopThreads { thread.join() }
        providerLane?.finish()
        searchLane?.finish()
        pool.finish()
        indexer.finish()
        searchThread?.join()
        retention.finish()
        retentionThread?.join()
        // Before the sequencer, which it tells what the outbox need not keep.
        audit.finish()
        auditThread?.join()
        sequencer.finish()
        keepRates()
        stateWriter.finish()
        for thread in storeThreads.reversed() { thread.join() }
    }

    /// Tells everybody to come back, without waiting for a store whose last write's outcome is not known.
    package func dismiss(_ code: DisconnectCode, _ detail: String, within time: Duration) {
        for loop in loops {
            loop.postAlways(.disconnectAll(code, detail))
            loop.drain(within: time)
        }
        for thread in loopThreads { thread.join() }
        // What was seen is entered if the disk takes it; whoever waits for a failing disk waits for ever.
        audit.finish()
        audit.waitForEnd(within: time)
    }

    /// The history cannot be opened: there is nothing to serve. A value.
    package struct HistoryUnavailable: Error, CustomStringConvertible {
        package let error: StorageError

        package var description: String { "the history cannot be opened: \(error)" }
    }
}
