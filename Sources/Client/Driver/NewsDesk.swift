import Reactor
import Synchronization

/// The news on their way from the loop to their reader.
///
/// The loop's thread and others post, one thread reads.
final class NewsDesk: Sendable {
    private static let most = Mailbox<ClientNews>.Limits(letters: 8_192, bytes: 16 * 1_024 * 1_024)

    private let news = Mailbox<ClientNews>(limits: most)
    /// Set by the loop when it pauses reading, taken by the reader. Both only decide whether a letter is
    /// posted, and the letter's mailbox orders all else: relaxed.
    private let isPaused = Atomic<Bool>(false)

    func post(_ entry: ClientNews) { news.postAlways(entry, bytes: entry.byteCount) }

    /// For the loop: whether the reader is so far behind that the server's bytes had better wait.
    func mustPause() -> Bool {
        guard news.count >= Self.most.letters || news.byteCount >= Self.most.bytes else { return false }
        isPaused.store(true, ordering: .relaxed)
        return true
    }

    /// For the reader, after it has taken what there was: whether reading was paused since the last time.
    func takePause() -> Bool { isPaused.exchange(false, ordering: .relaxed) }

    func read(into entries: inout [ClientNews], timeout: Duration?) -> Bool {
        news.waitForLetters(into: &entries, timeout: timeout)
    }

    func close() { news.close() }
}
