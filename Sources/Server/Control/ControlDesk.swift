package import Chat
import Native
import Synchronization

/// Lets one thread ask the sequencer and the state writer, and wait for what they answer.
///
/// Any thread may answer; one thread asks at a time.
package final class ControlDesk: Sendable {
    private struct State {
        var lastRequest: UInt64 = 0
        var answers: [UInt64: Answer] = [:]
        var stateAnswers: [UInt64: Result<SessionAnswer, StorageError>] = [:]
        /// The sequencer has ended, and answers nobody any more.
        var isAbandoned = false
    }

    private let sequencer: SequencerThread
    private let stateWriter: StateWriter
    private let arrived = Semaphore()
    /// Lock tier 8: a leaf, held for one look-up.
    private let state = Mutex(State())

    package init(sequencer: SequencerThread, stateWriter: StateWriter) {
        self.sequencer = sequencer
        self.stateWriter = stateWriter
    }

    /// From the sequencer's thread.
    package func deliver(_ answers: [ControlAnswer]) {
        guard !answers.isEmpty else { return }
        state.withLock { state in
            for answer in answers { state.answers[answer.request] = answer.answer }
        }
        for _ in answers { arrived.signal() }
    }

    /// From the sequencer's thread, as its last act after a write whose outcome is not known: whoever waits
    /// for it would wait for ever, and the process could not end.
    package func abandon() {
        state.withLock { $0.isAbandoned = true }
        arrived.signal()
    }

    package func ask(_ body: Envelope.Body) -> Answer {
        let request = nextRequest()
        guard sequencer.submit(Envelope(origin: .control(request), request: request, body: body)) else {
            return .refused(Refusal(.busy))
        }
        return wait { state in
            if let answer = state.answers.removeValue(forKey: request) { return answer }
            return state.isAbandoned
                ? .refused(Refusal(.unknownOutcome, "the server is starting again")) : nil
        }
    }

    package func ask(_ operation: SessionOperation) -> Result<SessionAnswer, StorageError> {
        let request = nextRequest()
        let isTaken = stateWriter.submit(operation) { [self] result in
            state.withLock { $0.stateAnswers[request] = result }
            arrived.signal()
        }
        guard isTaken else { return .failure(StorageError(.failed, "the queue is full")) }
        return wait { $0.stateAnswers.removeValue(forKey: request) }
    }

    private func nextRequest() -> UInt64 {
        state.withLock { state in
            state.lastRequest += 1
            return state.lastRequest
        }
    }

    private func wait<Found: Sendable>(_ look: @Sendable (inout State) -> Found?) -> Found {
        while true {
            if let found = state.withLock({ look(&$0) }) { return found }
            _ = arrived.wait()
        }
    }
}
