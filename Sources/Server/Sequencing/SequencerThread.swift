package import Chat
import Native
import Reactor
import Synchronization

/// The thread that is the order of the chat, and the bounded queue before it.
///
/// Any thread submits. `run` is the thread. While a batch is synced the next one gathers in the mailbox, so
/// batches grow with load and a lone message waits for nobody.
package final class SequencerThread: Sendable {
    private let mailbox: Mailbox<Envelope>
    private let limits: Limits
    /// Whether `still` is to be looked at.
    private let isAsked = Atomic(false)
    /// Lock tier 9: a leaf, held for one assignment.
    private let still = Mutex<StandStill?>(nil)

    package init(limits: Limits) {
        self.limits = limits
        mailbox = Mailbox(
            limits: Mailbox.Limits(
                letters: limits.sequencerCommands, bytes: limits.sequencerBytes,
                reservedLetters: limits.sequencerReserve))
    }

    // MARK: any thread

    /// False when the queue is full: answer `busy`. Administration has room of its own.
    package func submit(_ envelope: Envelope) -> Bool {
        if case .control = envelope.origin {
            return mailbox.post(envelope, bytes: envelope.byteCount, mayUseReserve: true)
        }
        return mailbox.post(envelope, bytes: envelope.byteCount)
    }

    /// For what there is at most one of for each connection: its end.
    package func submitAlways(_ envelope: Envelope) {
        mailbox.postAlways(envelope, bytes: envelope.byteCount)
    }

    /// Has the thread stand still between two batches.
    /// - Returns: false when it has ended.
    func stand(_ still: StandStill) -> Bool {
        self.still.withLock { $0 = still }
        isAsked.store(true, ordering: .releasing)
        // Only to wake it.
        return mailbox.postAlways(Envelope(origin: .audit, request: 0, body: .audited([])))
    }

    /// Takes no more; what waits is still done.
    package func finish() { mailbox.close() }

    // MARK: the sequencer's thread

    /// Runs until `finish`, or until a write's outcome is not known.
    /// - Returns: whether it ended in order; false when the process must start again from disk.
    package func run<R, H>(_ sequencer: Sequencer<R, H>) -> Bool {
        var letters: [Envelope] = []
        while mailbox.waitForLetters(into: &letters) {
            var rest = letters[...]
            while !rest.isEmpty || sequencer.hasReturned {
                let batch = cut(&rest)
                sequencer.take(batch, now: Timestamp(milliseconds: WallClock.milliseconds()))
                if sequencer.hasFailed {
                    mailbox.close()
                    return false
                }
                if isAsked.exchange(false, ordering: .acquiring) { still.withLock { $0.take() }?.stand() }
            }
            letters.removeAll(keepingCapacity: letters.capacity <= limits.batchCommands * 4)
        }
        return true
    }

    /// The next batch: bounded in commands and in bytes, so that one transaction stays short.
    private func cut(_ rest: inout ArraySlice<Envelope>) -> [Envelope] {
        var bytes = 0
        var count = 0
        for envelope in rest {
            guard count < limits.batchCommands, bytes < limits.batchBytes else { break }
            bytes += envelope.byteCount
            count += 1
            // It stands for many: whoever chats gets in between two of them.
            if case .audited = envelope.body { break }
        }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
