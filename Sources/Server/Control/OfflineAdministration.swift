package import Chat
import Native
import Security
import Storage
import Wire

/// Administration without a running server: on the stores themselves, in the caller's thread.
///
/// Only under the directory's lock, so that no server runs meanwhile.
package final class OfflineAdministration {
    private let sequencer: Sequencer<SecureRandom, NativeHashing>
    private let administration: Administration
    /// `nil` when it cannot be written: then nothing is done that must be recorded.
    private let audit: AuditLog?
    private let now: () -> Timestamp
    /// Of a snapshot that was made, to be entered.
    private let made = Handover<AuditDetails>()

    package init(
        events: OpenEvents, sessions: OpenSessions, audit factory: AuditFactory,
        directory: DataDirectory? = nil, limits: Limits,
        forgetSearch: @escaping () throws(StorageError) -> Void = {}
    ) throws(StorageError) {
        let now = { Timestamp(milliseconds: WallClock.milliseconds()) }
        let box = AnswerBox()
        let audit = try? AuditLog.open(factory, limits: limits, now: now())
        let sequencer = try Sequencer(
            store: events.store, limits: limits, loopCount: 0, random: SecureRandom(),
            hashing: NativeHashing(),
            now: now(), intake: { audit == nil ? .unavailable : .open }
        ) { output in
            box.answer = output.control.first?.answer
            box.audit += output.audit
        }
        // What is stored in the outbox and cannot be entered now is entered later.
        let enter = { (records: [AuditRecord]) in
            guard let audit, !records.isEmpty, (try? audit.append(records, at: now())) != nil else { return }
            sequencer.take(
                [Envelope(origin: .audit, request: 0, body: .audited(records.map(\.id)))], now: now())
        }
        enter(sequencer.outbox)
        self.sequencer = sequencer
        self.audit = audit
        self.now = now
        let desk = AuditDesk(
            reader: audit?.reader, log: audit?.log ?? AuditLogID(high: 0, low: 0),
            publicKey: factory.key.publicKey, limits: limits,
            erase: { party, _ in Self.erase(party, from: audit, now: now()) }, forgetOutbox: events.forget
        ) {
            do throws(StorageError) {
                try audit?.sign(at: now())
                return nil
            } catch {
                return error
            }
        }
        let identity = directory.flatMap { directory in
            ServerID(bytes: events.server).map { IdentityDesk(directory: directory, server: $0) }
        }
        let made = made
        let snapshots = directory.flatMap { directory in
            Self.snapshotDesk(events, sessions, audit, directory, factory.key, limits, made)
        }
        let ask: Administration.Ask = { body in
            box.answer = nil
            sequencer.take([Envelope(origin: .control(1), request: 1, body: body)], now: now())
            let answer = box.answer ?? .refused(Refusal(.busy))
            enter(box.audit)
            box.audit = []
            return answer
        }
        let askState: Administration.AskState = { Self.perform($0, on: sessions.store) }
        let means = PersonErasing.Means(
            limits: limits, history: events.history, ask: ask, askState: askState,
            eraseAudit: { Self.erase($0, from: audit, now: now()) },
            forget: { () throws(StorageError) in
                try events.forget()
                // Nobody follows the history with the index: it is made anew.
                try forgetSearch()
            }, list: directory.map { DeletedPeopleList($0) }, rest: { _ in true })
        administration = Administration(
            limits: limits, now: now, audit: desk, identity: identity,
            snapshots: snapshots.map { SnapshotAdministration($0, isAskedAgain: false) },
            history: events.history, deletions: Self.deletionDesk(means), ask: ask, askState: askState)
    }

    package func perform(_ request: ControlRequest) -> ControlResponse {
        // What a snapshot holds is signed to its end.
        if case .makeSnapshot = request {
            do throws(StorageError) {
                try audit?.sign(at: now())
            } catch {
                return .snapshotFailed(
                    code: SnapshotError(wrapping: error).code.rawValue,
                    detail: "the audit log cannot be signed: \(error.detail)")
            }
        }
        let response = administration.perform(request)
        if let details = made.take(within: .zero) {
            var random = SystemRandomNumberGenerator()
            let record = AuditRecord(
                at: now(), .snapshotMade, by: .operations, of: [], details, random: &random)
            try? audit?.append([record], at: now())
        }
        return response
    }

    /// Signs the audit log and closes it.
    package func close() throws(StorageError) { try audit?.close(at: now()) }

    private static func snapshotDesk(
        _ events: OpenEvents, _ sessions: OpenSessions, _ audit: AuditLog?, _ directory: DataDirectory,
        _ key: Ed25519Key, _ limits: Limits, _ made: Handover<AuditDetails>
    ) -> SnapshotDesk? {
        guard let audit,
            let cuts = StoreCuts(
                history: events.prepareCut, audit: audit.prepareCut, sessions: sessions.cut)
        else { return nil }
        return SnapshotDesk(
            directory: directory, signer: key, cuts: cuts, limits: limits,
            standStill: { body throws(StorageError) in
                let began = MonotonicClock.now()
                try body()
                return MonotonicClock.now() - began
            }, note: { made.give($0) })
    }

    private static func perform(
        _ operation: SessionOperation, on store: any SessionStore
    ) -> Result<SessionAnswer, StorageError> {
        do throws(StorageError) {
            guard let answer = try store.perform([operation]).first else {
                return .failure(StorageError(.failed, "no answer"))
            }
            return .success(answer)
        } catch {
            return .failure(error)
        }
    }

    /// All of it at once.
    private static func deletionDesk(_ means: PersonErasing.Means) -> DeletionDesk {
        DeletionDesk { person in
            do throws(StorageError) {
                try PersonErasing(means: means).run(person)
                return nil
            } catch {
                return error.detail
            }
        }
    }

    private static func erase(
        _ party: AuditParty, from audit: AuditLog?, now: Timestamp
    ) -> Result<Int, StorageError> {
        guard let audit else { return .failure(StorageError(.failed, "it is not open")) }
        var erasing = AuditErasing(of: party)
        do throws(StorageError) {
            while try erasing.step(audit, now: now) {}
            try audit.forget()
            return .success(erasing.count)
        } catch {
            return .failure(error)
        }
    }

    private final class AnswerBox {
        var answer: Answer?
        var audit: [AuditRecord] = []
    }
}
