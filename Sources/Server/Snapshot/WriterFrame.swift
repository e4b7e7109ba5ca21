import Chat
import Reactor

/// The threads that write to the stores, to be held still for a moment. A value; used on any other thread.
struct WriterFrame: Sendable {
    let audit: AuditWriter
    let state: StateWriter
    let sequencer: SequencerThread
    let limits: Limits

    /// Runs `body` while everybody who writes stands still.
    /// - Returns: how long the chat stood still.
    func standStill(while body: () throws(StorageError) -> Void) throws(StorageError) -> Duration {
        let still = StandStill()
        defer { still.end() }
        // The audit thread first, which may rest a second; the chat last, whose standing people notice.
        for ask in [audit.stand, state.stand, sequencer.stand] {
            guard ask(still) else { throw StorageError(.failed, "the server is stopping") }
            guard try still.waitForNext(within: limits.standStillPatience) else {
                throw StorageError(.locked, "the stores have too much to do: ask again")
            }
        }
        try body()
        return still.end()
    }
}
