package import Chat
import Native
import Reactor

/// The thread that owns sessions and invites: what gathers while it syncs is done in one transaction.
///
/// Any thread submits; the answer is given on this thread, after the commit. Ends with `finish`.
package final class StateWriter: Sendable {
    package typealias Answered = @Sendable (Result<SessionAnswer, StorageError>) -> Void

    private struct Request: Sendable {
        let operation: SessionOperation
        let answered: Answered
    }

    private enum Letter: Sendable {
        case request(Request)
        /// Do what came before, and stand still.
        case stand(StandStill)
    }

    private let mailbox: Mailbox<Letter>
    private let batchLimit: Int
    private let watch: StorageWatch?
    private let closed: @Sendable (ClosedSession) -> Void

    /// - Parameter closed: told of each session that was closed before it expired, on this thread, after the
    ///   commit and before the answer: its access tokens and connections have to end.
    package init(
        limits: Limits, watch: StorageWatch? = nil,
        closed: @escaping @Sendable (ClosedSession) -> Void = { _ in }
    ) {
        self.watch = watch
        self.closed = closed
        mailbox = Mailbox(limits: Mailbox.Limits(letters: limits.stateWriterOperations, bytes: 0))
        batchLimit = limits.batchCommands
    }

    /// False when the queue is full: answer `busy`.
    package func submit(_ operation: SessionOperation, answered: @escaping Answered) -> Bool {
        mailbox.post(.request(Request(operation: operation, answered: answered)))
    }

    /// - Returns: false when the thread has ended.
    func stand(_ still: StandStill) -> Bool { mailbox.postAlways(.stand(still)) }

    package func finish() { mailbox.close() }

    /// The state writer's thread, until `finish`.
    package func run(_ store: any SessionStore) {
        var letters: [Letter] = []
        var requests: [Request] = []
        while mailbox.waitForLetters(into: &letters) {
            for letter in letters {
                switch letter {
                case .request(let request):
                    requests.append(request)
                    if requests.count == batchLimit { perform(&requests, store) }
                case .stand(let still):
                    perform(&requests, store)
                    still.stand()
                }
            }
            perform(&requests, store)
            letters.removeAll(keepingCapacity: true)
        }
    }

    private func perform(_ requests: inout [Request], _ store: any SessionStore) {
        if !requests.isEmpty { perform(requests, store) }
        requests.removeAll(keepingCapacity: true)
    }

    private func perform(_ requests: [Request], _ store: any SessionStore) {
        do throws(StorageError) {
            let answers = try store.perform(requests.map(\.operation))
            watch?.noteSuccess()
            for (request, answer) in zip(requests, answers) {
                for session in ClosedSession.found(in: request.operation, answer) { closed(session) }
                request.answered(.success(answer))
            }
        } catch {
            watch?.note(error)
            for request in requests { request.answered(.failure(error)) }
        }
    }
}
