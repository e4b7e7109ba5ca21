package import Chat
import Native
import Security

/// Administration without a running server: on the stores themselves, in the caller's thread.
///
/// Only under the directory's lock, so that no server runs meanwhile.
package final class OfflineAdministration {
    private let sequencer: Sequencer<SecureRandom, NativeHashing>
    private let administration: Administration

    package init(events: OpenEvents, sessions: OpenSessions, limits: Limits) throws(StorageError) {
        let now = { Timestamp(milliseconds: WallClock.milliseconds()) }
        let box = AnswerBox()
        let sequencer = try Sequencer(
            store: events.store, limits: limits, loopCount: 0, random: SecureRandom(),
            hashing: NativeHashing(),
            now: now()
        ) { output in box.answer = output.control.first?.answer }
        self.sequencer = sequencer
        administration = Administration(limits: limits, now: now) { body in
            box.answer = nil
            sequencer.take([Envelope(origin: .control(1), request: 1, body: body)], now: now())
            return box.answer ?? .refused(Refusal(.busy))
        } askState: { operation in
            do throws(StorageError) {
                guard let answer = try sessions.store.perform([operation]).first else {
                    return .failure(StorageError(.failed, "no answer"))
                }
                return .success(answer)
            } catch {
                return .failure(error)
            }
        }
    }

    package func perform(_ request: ControlRequest) -> ControlResponse { administration.perform(request) }

    private final class AnswerBox {
        var answer: Answer?
    }
}
