package import Chat
import Native
import Reactor
package import Security
import Synchronization

/// The thread that owns the audit log, and the bounded queue before it.
///
/// Any thread notes what it has seen, and is never held up: a full queue drops, counts, and the count is
/// entered. Records of administration come from the sequencer, which keeps them in its outbox until this
/// thread says that they are entered. `run` is the thread.
package final class AuditWriter: Sendable {
    package typealias Answered = @Sendable (StorageError?) -> Void
    /// How many entries had details.
    package typealias Erased = @Sendable (Result<Int, StorageError>) -> Void

    enum Letter: Sendable {
        case event(SecurityEvent)
        case records([AuditRecord])
        /// Sign what there is, and say so.
        case sign(Answered)
        /// Where to look up who it is that an event names.
        case people(any HistoryReader)
        case erase(AuditParty, Erased)
        /// Sign what there is, and stand still.
        case stand(StandStill)
    }

    let limits: Limits
    private let mailbox: Mailbox<Letter>
    private let dropped = Atomic<Int>(0)
    /// An `AuditIntake`. Written on the audit thread alone; a refusal that comes a moment late or early hurts
    /// nobody: what is recorded waits in the outbox.
    private let gate = Atomic<UInt8>(AuditIntake.open.rawValue)
    private let ended = Semaphore()

    package init(limits: Limits) {
        self.limits = limits
        mailbox = Mailbox(limits: Mailbox.Limits(letters: limits.auditEvents, bytes: 0))
    }

    // MARK: any thread

    /// Whether administration can be recorded.
    package var intake: AuditIntake { AuditIntake(rawValue: gate.load(ordering: .relaxed)) ?? .unavailable }

    /// Never waits. A flood is counted; see `FloodCount`.
    package func note(_ event: SecurityEvent) {
        if !mailbox.post(.event(event)) { dropped.add(1, ordering: .relaxed) }
    }

    /// The sequencer's: bounded by its outbox.
    package func enter(_ records: [AuditRecord]) {
        if !records.isEmpty { mailbox.postAlways(.records(records)) }
    }

    /// Signs everything that was handed in before; answered on the audit thread, `nil` when it is done.
    /// - Returns: false when the writer has ended, and answers nobody.
    package func sign(answered: @escaping Answered) -> Bool { mailbox.postAlways(.sign(answered)) }

    /// Once the history is open: before, nobody's name is entered.
    package func know(_ people: any HistoryReader) { mailbox.postAlways(.people(people)) }

    /// Erases the details of everything about a party that was handed in before, and of what comes until its
    /// turn; answered on the audit thread.
    /// - Returns: as `sign` does.
    package func erase(_ party: AuditParty, erased: @escaping Erased) -> Bool {
        mailbox.postAlways(.erase(party, erased))
    }

    /// Has the thread sign what was handed in before, and stand.
    /// - Returns: as `sign` does.
    func stand(_ still: StandStill) -> Bool { mailbox.postAlways(.stand(still)) }

    /// Takes no more; what waits is still entered.
    package func finish() { mailbox.close() }

    /// Waits for the end of `run`, no longer than this.
    package func waitForEnd(within time: Duration) { _ = ended.wait(timeout: time) }

    // MARK: the audit thread

    /// Until `finish`. Without a log nothing is entered, and `intake` says so; the thread goes on, so that
    /// nobody waits for it.
    /// - Parameter log: `nil` when it could not be opened.
    /// - Parameter entered: told of records that need not be kept any longer.
    /// - Parameter report: told in words what the operator must know.
    package func run(
        _ log: AuditLog?, now: @escaping () -> Timestamp, entered: @escaping ([AuditRecordID]) -> Void,
        report: @escaping (String) -> Void
    ) {
        let shift = AuditShift(
            log: log, limits: limits, now: now, takeDropped: { [self] in takeDropped() },
            setIntake: { [self] in gate.store($0.rawValue, ordering: .relaxed) }, entered: entered,
            report: report)
        var letters: [Letter] = []
        var lastCommit = MonotonicClock.now()
        var rest = Duration.zero
        let pause = Semaphore()
        while mailbox.waitForLetters(into: &letters, timeout: patience(shift)) {
            // Commits keep a distance, so that the disk is the chat's; what comes meanwhile joins.
            let left = rest - (MonotonicClock.now() - lastCommit)
            if left > .zero, !mailbox.isClosed { _ = pause.wait(timeout: left) }
            shift.take(letters)
            letters.removeAll(keepingCapacity: true)
            mailbox.take(into: &letters)
            shift.take(letters)
            letters.removeAll(keepingCapacity: true)
            let began = MonotonicClock.now()
            shift.commit()
            shift.stand()
            lastCommit = MonotonicClock.now()
            let wanted = (lastCommit - began) * limits.auditRest
            rest = min(max(limits.auditGather, wanted), limits.auditLongestGather)
        }
        shift.end()
        ended.signal()
    }

    private func patience(_ shift: AuditShift) -> Duration? {
        if shift.isErasing { return .zero }
        return shift.isIdle ? nil : limits.auditRetry
    }

    private func takeDropped() -> Int { dropped.exchange(0, ordering: .relaxed) }
}
