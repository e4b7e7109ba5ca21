import Native
import Synchronization

/// Letters from many threads to one, bounded, with one wake-up a batch.
///
/// Any thread posts; only the owner takes. A letter posted while the owner has not yet taken the last batch
/// joins that batch and wakes nobody. A full mailbox refuses: its poster answers for what then happens
/// (promise G5).
package final class Mailbox<Letter: Sendable>: Sendable {
    package struct Limits: Hashable, Sendable {
        package var letters: Int
        package var bytes: Int
        /// Letters above `letters`, and bytes above `bytes`, that only posts with `mayUseReserve` may fill.
        package var reservedLetters: Int

        package init(letters: Int, bytes: Int, reservedLetters: Int = 0) {
            self.letters = letters
            self.bytes = bytes
            self.reservedLetters = reservedLetters
        }
    }

    private struct State {
        var letters: [Letter] = []
        var bytes = 0
        /// The owner has been woken and has not taken since.
        var isSignalled = false
        var isClosed = false
    }

    private let limits: Limits
    private let wakeUp: any WakeUpCall
    /// Present when the owner is a thread that sleeps here and not in a loop.
    private let semaphore: Semaphore?
    /// Lock tier 8: a leaf. Held for one append or one swap; never while waking, calling back or taking
    /// another lock.
    private let state = Mutex(State())

    /// For an owner that sleeps elsewhere, such as a loop.
    package init(limits: Limits, wakeUp: any WakeUpCall) {
        self.limits = limits
        self.wakeUp = wakeUp
        semaphore = nil
    }

    /// For a thread that sleeps in `waitForLetters`.
    package init(limits: Limits) {
        let semaphore = Semaphore()
        self.limits = limits
        self.wakeUp = semaphore
        self.semaphore = semaphore
    }

    /// Posts a letter that counts for `bytes`. False, and nothing posted, when the mailbox is full or closed.
    /// A letter larger than the whole bound passes an otherwise empty mailbox: else it could never be posted.
    package func post(_ letter: Letter, bytes: Int = 0, mayUseReserve: Bool = false) -> Bool {
        let limits = limits
        return add(letter, bytes: bytes) { state in
            if mayUseReserve { return state.letters.count < limits.letters + limits.reservedLetters }
            let hasRoom = state.bytes == 0 || bytes <= limits.bytes - state.bytes
            return hasRoom && state.letters.count < limits.letters
        }
    }

    /// Posts what is bounded elsewhere, such as answers to the requests of a bounded window. False only when
    /// closed.
    @discardableResult
    package func postAlways(_ letter: Letter, bytes: Int = 0) -> Bool {
        add(letter, bytes: bytes) { _ in true }
    }

    /// Owner only. Exchanges what waits for the given array, which must be empty: no copy, no allocation.
    package func take(into letters: inout [Letter]) {
        precondition(letters.isEmpty, "Mailbox.take: the last batch is not used up")
        state.withLock { state in
            swap(&state.letters, &letters)
            state.bytes = 0
            state.isSignalled = false
        }
    }

    /// Owner only, for a mailbox made without a wake-up of its own: sleeps until there are letters, the
    /// mailbox is closed or the time is over, and takes what is there.
    /// - Returns: false when the mailbox is closed and empty: nothing will come any more.
    package func waitForLetters(into letters: inout [Letter], timeout: Duration? = nil) -> Bool {
        guard let semaphore else {
            preconditionFailure("Mailbox.waitForLetters: this owner sleeps elsewhere")
        }
        take(into: &letters)
        if letters.isEmpty && !isClosed {
            _ = semaphore.wait(timeout: timeout)
            take(into: &letters)
        }
        return !letters.isEmpty || !isClosed
    }

    /// Refuses all further letters; those that wait can still be taken. Any thread.
    package func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isSignalled = true }
            return !state.isSignalled
        }
        if mustWake { wakeUp.signal() }
    }

    package var isClosed: Bool { state.withLock { $0.isClosed } }
    package var count: Int { state.withLock { $0.letters.count } }
    package var byteCount: Int { state.withLock { $0.bytes } }

    private func add(_ letter: Letter, bytes: Int, where fits: (borrowing State) -> Bool) -> Bool {
        let outcome = state.withLock { state -> (isTaken: Bool, mustWake: Bool) in
            guard !state.isClosed && fits(state) else { return (false, false) }
            state.letters.append(letter)
            state.bytes += bytes
            defer { state.isSignalled = true }
            return (true, !state.isSignalled)
        }
        if outcome.mustWake { wakeUp.signal() }
        return outcome.isTaken
    }
}
