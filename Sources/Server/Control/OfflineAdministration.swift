package import Chat
import Native
import Security

/// Administration without a running server: on the stores themselves, in the caller's thread.
///
/// Only under the directory's lock, so that no server runs meanwhile.
package final class OfflineAdministration {
    private let sequencer: Sequencer<SecureRandom, NativeHashing>
    private let administration: Administration
    private let audit: AuditLog
    private let now: () -> Timestamp

    /// - Throws: also when the audit log cannot be written: what cannot be recorded is not done.
    package init(
        events: OpenEvents, sessions: OpenSessions, audit factory: AuditFactory, limits: Limits
    ) throws(StorageError) {
        let now = { Timestamp(milliseconds: WallClock.milliseconds()) }
        let box = AnswerBox()
        let sequencer = try Sequencer(
            store: events.store, limits: limits, loopCount: 0, random: SecureRandom(),
            hashing: NativeHashing(),
            now: now()
        ) { output in
            box.answer = output.control.first?.answer
            box.audit += output.audit
        }
        let audit = try AuditLog.open(factory, limits: limits, now: now())
        let enter = { (records: [AuditRecord]) throws(StorageError) in
            guard !records.isEmpty else { return }
            try audit.append(records, at: now())
            sequencer.take(
                [Envelope(origin: .audit, request: 0, body: .audited(records.map(\.id)))], now: now())
        }
        try enter(sequencer.outbox)
        self.sequencer = sequencer
        self.audit = audit
        self.now = now
        let desk = AuditDesk(
            reader: audit.reader, log: audit.log, publicKey: factory.key.publicKey, limits: limits
        ) {
            do throws(StorageError) {
                try audit.sign(at: now())
                return nil
            } catch {
                return error
            }
        }
        administration = Administration(limits: limits, now: now, audit: desk) { body in
            box.answer = nil
            sequencer.take([Envelope(origin: .control(1), request: 1, body: body)], now: now())
            let answer = box.answer ?? .refused(Refusal(.busy))
            // It is stored in the outbox: what cannot be entered now is entered later.
            try? enter(box.audit)
            box.audit = []
            return answer
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

    /// Signs the audit log and closes it.
    package func close() throws(StorageError) { try audit.close(at: now()) }

    private final class AnswerBox {
        var answer: Answer?
        var audit: [AuditRecord] = []
    }
}
