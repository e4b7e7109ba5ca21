import Chat
import Security

/// What the audit thread does between two sleeps: gathers, counts floods, enters, signs when it is time.
///
/// The audit thread's alone; knows no queue and no clock but the one that it is given.
final class AuditShift {
    private let log: AuditLog?
    private let limits: Limits
    private let now: () -> Timestamp
    private let takeDropped: () -> Int
    private let setIntake: (AuditIntake) -> Void
    private let entered: ([AuditRecordID]) -> Void
    private let report: (String) -> Void

    private var floods: FloodCount
    private var random: any RandomNumberGenerator
    /// To be entered, in order.
    private var waiting: [AuditRecord] = []
    /// Those among them that the sequencer keeps until they are entered.
    private var fromOutbox: [AuditRecordID] = []
    private var asked: [AuditWriter.Answered] = []
    private var standing: [StandStill] = []
    private var erasings: [(erasing: AuditErasing, answered: AuditWriter.Erased)] = []
    /// Who they are that events name; `nil` until the history is open.
    private var people: (any HistoryReader)?
    /// Events that were seen and not entered.
    private var lost = 0
    /// Why nothing is entered any more, until the process starts again.
    private var failure: StorageError?
    private var isFull = false
    private var reported: String?
    /// Since when something waits to be signed.
    private var unsignedSince: Timestamp?

    init(
        log: AuditLog?, limits: Limits, now: @escaping () -> Timestamp, takeDropped: @escaping () -> Int,
        setIntake: @escaping (AuditIntake) -> Void, entered: @escaping ([AuditRecordID]) -> Void,
        report: @escaping (String) -> Void
    ) {
        self.log = log
        self.limits = limits
        self.now = now
        self.takeDropped = takeDropped
        self.setIntake = setIntake
        self.entered = entered
        self.report = report
        let strangers = EntryAllowance(
            most: limits.auditStrangersEntries, refill: limits.auditStrangersRefill)
        floods = FloodCount(window: limits.auditFloodWindow, most: limits.auditFloods, strangers: strangers)
        random = SystemRandomNumberGenerator()
        if log == nil {
            failure = StorageError(.failed, "the audit log could not be opened")
            setIntake(.unavailable)
        }
        if (log?.uncovered ?? 0) > 0 { unsignedSince = now() }
    }

    /// Nothing is due later: the thread may sleep until a letter comes.
    var isIdle: Bool {
        failure != nil
            || (floods.isEmpty && waiting.isEmpty && unsignedSince == nil && reported == nil && !isErasing)
    }

    /// Another commit is wanted, whether a letter comes or not.
    var isErasing: Bool { !erasings.isEmpty }

    func take(_ letters: [AuditWriter.Letter]) {
        for letter in letters {
            switch letter {
            case .event(let event): if let event = floods.add(identified(event)) { add(event) }
            case .records(let records):
                guard failure == nil else { continue }
                waiting += records
                fromOutbox += records.map(\.id)
            case .sign(let answered): asked.append(answered)
            case .people(let reader): people = reader
            case .stand(let still):
                standing.append(still)
            case .erase(let party, let answered):
                // What is only counted so far would be entered after it was erased.
                for event in floods.due(at: now(), all: true) { add(event) }
                erasings.append((AuditErasing(of: party), answered))
            }
        }
    }

    /// Enters what has gathered, and signs what is due.
    func commit() {
        for event in floods.due(at: now()) { add(event) }
        addLost()
        attempt { log throws(StorageError) in
            try enter(log)
            try erase(log)
        }
        answer()
    }

    /// Behind a commit: a log that stands still is signed to its end, or it does not stand.
    func stand() {
        guard !standing.isEmpty else { return }
        attempt { log throws(StorageError) in try log.sign(at: now()) }
        let error = failure ?? (isFull ? StorageError(.full, "the disk is full") : nil)
        for still in standing {
            if let error {
                still.refuse(StorageError(error.code, "the audit log cannot be signed: \(error.detail)"))
            } else {
                still.stand()
            }
        }
        standing = []
    }

    /// The last counts, the last entries, the last checkpoint.
    func end() {
        for event in floods.due(at: now(), all: true) { add(event) }
        addLost()
        attempt { log throws(StorageError) in
            try enter(log)
            try log.close(at: now())
        }
        answer()
        for (_, answered) in erasings { answered(.failure(StorageError(.failed, "the server is stopping"))) }
        erasings = []
    }

    /// A name that somebody gave and did not prove may be a password, typed into the wrong field: it is
    /// entered only where such a person exists, and then as that person's, who can have it erased.
    private func identified(_ event: SecurityEvent) -> SecurityEvent {
        guard let name = event.claimedName else { return event }
        do throws(StorageError) {
            guard let people else { return event.withoutName(isUnknown: false) }
            guard let person = try people.person(named: name) else {
                return event.withoutName(isUnknown: true)
            }
            return event.claimed(by: person)
        } catch {
            return event.withoutName(isUnknown: false)
        }
    }

    /// A transaction of what is to be erased. It stands behind everything that was handed in before.
    private func erase(_ log: AuditLog) throws(StorageError) {
        guard case (var erasing, let answered)? = erasings.first else { return }
        if try erasing.step(log, now: now()) {
            erasings[0].erasing = erasing
            return
        }
        erasings.removeFirst()
        do throws(StorageError) {
            try log.forget()
            answered(.success(erasing.count))
        } catch {
            answered(.failure(error))
        }
    }

    private func add(_ event: SecurityEvent) {
        // Nothing is kept for a log that may never take it; the outbox keeps its own.
        guard failure == nil, waiting.count < limits.auditEvents + limits.auditOutbox else {
            lost += 1
            return
        }
        waiting.append(
            AuditRecord(
                at: event.at, event.kind, by: event.actor, of: event.subjects, event.entered, random: &random)
        )
    }

    private func addLost() {
        let count = lost + takeDropped()
        lost = 0
        guard count > 0 else { return }
        add(SecurityEvent(.eventsDropped, at: now(), by: .server, ["count": .number(Int64(count))]))
    }

    private func enter(_ log: AuditLog) throws(StorageError) {
        let now = now()
        if !waiting.isEmpty {
            try log.append(waiting, at: now)
            waiting = []
            while !fromOutbox.isEmpty {
                entered(Array(fromOutbox.prefix(limits.auditedRecords)))
                fromOutbox.removeFirst(min(limits.auditedRecords, fromOutbox.count))
            }
        }
        if log.uncovered == 0 { unsignedSince = nil }
        let isDue = unsignedSince.map { now < $0 || now >= $0.advanced(by: limits.auditCheckpointInterval) }
        if isDue == true || !asked.isEmpty {
            try log.sign(at: now)
            unsignedSince = nil
        } else if log.uncovered > 0, unsignedSince == nil {
            unsignedSince = now
        }
        say(log.depart().map { "audit checkpoints cannot leave: \($0)" })
    }

    /// A full disk is tried again; after any other failure the log stays closed until the next start, because
    /// what is on disk is not known.
    private func attempt(_ body: (AuditLog) throws(StorageError) -> Void) {
        guard failure == nil, let log else { return }
        do throws(StorageError) {
            try body(log)
            if isFull { say("the audit log is written again") }
            isFull = false
            setIntake(.open)
        } catch {
            setIntake(.unavailable)
            if error.code == .full {
                isFull = true
                say("the audit log cannot be written, administration is refused: \(error.detail)")
            } else {
                failure = error
                waiting = []
                fromOutbox = []
                report("the audit log failed, administration is refused until a restart: \(error)")
            }
        }
    }

    private func answer() {
        let error = failure ?? (isFull ? StorageError(.full, "the disk is full") : nil)
        for answered in asked { answered(error) }
        asked = []
        guard let error else { return }
        for (_, answered) in erasings { answered(.failure(error)) }
        erasings = []
    }

    /// Each state once.
    private func say(_ text: String?) {
        if let text, text != reported { report(text) }
        reported = text
    }
}
