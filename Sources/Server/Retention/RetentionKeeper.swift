package import Chat
import Native
import Synchronization

/// The thread that has old history removed, after everybody else: it looks for what is older than it is kept,
/// and has the sequencer, which alone writes, remove it piece by piece. After each it waits for the outcome
/// and rests many times as long, so that whoever chats goes first.
///
/// `run` is the thread; everything else is for any.
package final class RetentionKeeper: Sendable {
    private let limits: Limits
    /// The operator's word. Either may change by itself: relaxed ordering is enough.
    private let days = Atomic(0)
    private let events = Atomic(0)
    private let isFinished = Atomic(false)
    /// Of the last request; this thread's alone.
    private let lastRequest = Atomic<UInt64>(0)
    /// How many times smaller pieces are, since the disk had no room for a greater one: what is removed is
    /// written to SQLite's log first. This thread's alone.
    private let divisor = Atomic(1)
    /// Signalled when there is reason to look at once.
    private let pause = Semaphore()
    private let settled = Handover<ControlAnswer>()

    package init(limits: Limits, rule: Retention = .everything) {
        self.limits = limits
        set(rule)
    }

    // MARK: any thread

    /// Histories are kept so long from now on.
    package func apply(_ rule: Retention) {
        set(rule)
        pause.signal()
    }

    /// The sequencer's: what became of this one's requests. Never waits.
    package func tell(_ answers: [ControlAnswer]) { for answer in answers { settled.give(answer) } }

    /// What is under way is finished, and nothing more begun.
    package func finish() {
        isFinished.store(true, ordering: .relaxed)
        pause.signal()
    }

    private func set(_ rule: Retention) {
        days.store(rule.days, ordering: .relaxed)
        events.store(rule.events, ordering: .relaxed)
    }

    private var rule: Retention {
        Retention(days: days.load(ordering: .relaxed), events: events.load(ordering: .relaxed))
    }

    private var hasFinished: Bool { isFinished.load(ordering: .relaxed) }

    // MARK: the retention thread

    /// Until `finish`.
    /// - Parameter isHeld: whether a snapshot is being made, which must not have the log grow by this.
    /// - Parameter submit: hands a request to the sequencer; false when its queue is full.
    /// - Parameter note: told what goes wrong with the store, each time; and `nil` when it works.
    package func run(
        _ history: any RetentionReader, now: () -> Timestamp, isHeld: () -> Bool = { false },
        submit: (Envelope) -> Bool, note: (StorageError?) -> Void
    ) {
        while !hasFinished {
            var took = Duration.zero
            let before = divisor.load(ordering: .relaxed)
            do throws(StorageError) {
                var isMore = true
                while isMore, !isHeld(), !hasFinished {
                    let began = MonotonicClock.now()
                    isMore = try goRound(history, now: now, isHeld, submit)
                    took = MonotonicClock.now() - began
                }
                note(nil)
            } catch {
                note(error)
            }
            // A look at very many rooms is not to be all that the machine does.
            var rest = min(max(limits.retentionInterval, took * 20), limits.retentionInterval * 5)
            if divisor.load(ordering: .relaxed) > before {
                rest = limits.retentionRetry
            } else {
                divisor.store(1, ordering: .relaxed)
            }
            if !hasFinished { _ = pause.wait(timeout: rest) }
        }
    }

    /// Looks at each room, and gives each a few turns.
    /// - Returns: whether there is more to do at once.
    private func goRound(
        _ history: any RetentionReader, now: () -> Timestamp, _ isHeld: () -> Bool,
        _ submit: (Envelope) -> Bool
    ) throws(StorageError) -> Bool {
        var limits = limits
        limits.removedEvents = max(1, limits.removedEvents / divisor.load(ordering: .relaxed))
        limits.removedBytes = max(1, limits.removedBytes / divisor.load(ordering: .relaxed))
        let rule = rule
        let search = RetentionSearch(history: history, rule: rule, limits: limits)
        var isMore = false
        var last: RoomID?
        while true {
            let spans = try history.spans(after: last, max: limits.listEntries, withAges: rule.days > 0)
            for span in spans {
                switch try trim(span, search, now: now, isHeld, submit) {
                case .done: break
                case .more: isMore = true
                case .interrupted: return false
                }
            }
            guard spans.count == limits.listEntries else { break }
            last = spans.last?.room
        }
        let forgotten = now().advanced(by: .zero - limits.sendMemory)
        guard try history.remembersSends(before: forgotten) else { return isMore }
        return carryOut(.forgetSends(before: forgotten), submit)
    }

    private enum Turn {
        case done
        case more
        /// The sequencer does not take it, or a snapshot is being made: that is for later.
        case interrupted
    }

    private func trim(
        _ span: RoomSpan, _ search: RetentionSearch, now: () -> Timestamp, _ isHeld: () -> Bool,
        _ submit: (Envelope) -> Bool
    ) throws(StorageError) -> Turn {
        var anchor = span.anchor
        for _ in 0..<limits.retentionTurns {
            guard let removal = try search.next(of: span, after: anchor, now: now()) else { return .done }
            // By another word of the operator's something else is old.
            guard rule == search.rule, !isHeld(), carryOut(.removeHistory(removal), submit), !hasFinished
            else {
                return .interrupted
            }
            anchor = removal.through
        }
        return .more
    }

    /// The answer to one that was given up may come first.
    private func outcome(of request: UInt64) -> ControlAnswer? {
        while let found = settled.take(within: limits.retentionPatience) {
            if found.request == request { return found }
        }
        return nil
    }

    /// - Returns: whether it is stored.
    private func carryOut(_ command: Command, _ submit: (Envelope) -> Bool) -> Bool {
        let request = lastRequest.load(ordering: .relaxed) + 1
        lastRequest.store(request, ordering: .relaxed)
        let began = MonotonicClock.now()
        guard submit(Envelope(origin: .retention, request: request, body: .command(command))),
            let outcome = outcome(of: request)
        else { return false }
        if case .refused(let refusal) = outcome.answer {
            guard refusal.code == .storageFull else { return false }
            divisor.store(min(divisor.load(ordering: .relaxed) * 4, 256), ordering: .relaxed)
            return false
        }
        let took = MonotonicClock.now() - began
        _ = pause.wait(timeout: max(limits.retentionPause, took * limits.retentionRest))
        return true
    }
}
