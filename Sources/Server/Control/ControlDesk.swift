package import Chat
import Native
import Synchronization

/// Lets a few threads ask the sequencer and the state writer, and wait for what they answer.
///
/// Any thread may ask and answer.
package final class ControlDesk: Sendable {
    private struct State {
        var lastRequest: UInt64 = 0
        var answers: [UInt64: Answer] = [:]
        var stateAnswers: [UInt64: Result<SessionAnswer, StorageError>] = [:]
        /// The sequencer has ended, and answers nobody any more.
        var isAbandoned = false
        /// Of those who ask, by their requests: each sleeps for itself.
        var waiting: [UInt64: Semaphore] = [:]
    }

    private let sequencer: SequencerThread
    private let stateWriter: StateWriter
    /// Lock tier 8: a leaf, held for one look-up.
    private let state = Mutex(State())

    package init(sequencer: SequencerThread, stateWriter: StateWriter) {
        self.sequencer = sequencer
        self.stateWriter = stateWriter
    }

    /// From the sequencer's thread.
    package func deliver(_ answers: [ControlAnswer]) {
        guard !answers.isEmpty else { return }
        let askers = state.withLock { state in
            for answer in answers { state.answers[answer.request] = answer.answer }
            return answers.compactMap { state.waiting[$0.request] }
        }
        for asker in askers { asker.signal() }
    }

    /// From the sequencer's thread, as its last act after a write whose outcome is not known: whoever waits
    /// for it would wait for ever, and the process could not end.
    package func abandon() {
        let askers = state.withLock { state in
            state.isAbandoned = true
            return Array(state.waiting.values)
        }
        for asker in askers { asker.signal() }
    }

    package func ask(_ body: Envelope.Body) -> Answer {
        let request = nextRequest()
        guard sequencer.submit(Envelope(origin: .control(request), request: request, body: body)) else {
            return .refused(Refusal(.busy))
        }
        return wait(for: request) { state in
            if let answer = state.answers.removeValue(forKey: request) { return answer }
            return state.isAbandoned
                ? .refused(Refusal(.unknownOutcome, "the server is starting again")) : nil
        }
    }

    package func ask(_ operation: SessionOperation) -> Result<SessionAnswer, StorageError> {
        let request = nextRequest()
        let isTaken = stateWriter.submit(operation) { [self] result in
            let asker = state.withLock { state in
                state.stateAnswers[request] = result
                return state.waiting[request]
            }
            asker?.signal()
        }
        guard isTaken else { return .failure(StorageError(.failed, "the queue is full")) }
        return wait(for: request) { $0.stateAnswers.removeValue(forKey: request) }
    }

    private func nextRequest() -> UInt64 {
        state.withLock { state in
            state.lastRequest += 1
            return state.lastRequest
        }
    }

    private func wait<Found: Sendable>(
        for request: UInt64, _ look: @Sendable (inout State) -> Found?
    ) -> Found {
        let arrived = Semaphore()
        while true {
            let found = state.withLock { state in
                let found = look(&state)
                state.waiting[request] = found == nil ? arrived : nil
                return found
            }
            if let found { return found }
            _ = arrived.wait()
        }
    }
}
