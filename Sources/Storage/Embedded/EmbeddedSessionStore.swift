package import Chat
import Native

/// Sessions, invites and used proofs in state.lmdb. Used on one thread, the state writer's.
///
/// Each `perform` is one synced commit; one that changes nothing costs no sync. After a failed commit what is
/// on disk is not known: the store refuses everything from then on. A full map or disk is no failure.
package final class EmbeddedSessionStore: SessionStore {
    /// Where damaged state was set aside when it was found at opening: everybody has to log in again.
    package let setAside: String?

    /// For others than the owner. Any thread.
    package let care = StoreCare()
    private let open: SessionEnvironment
    private let file: String
    private let filling = FreePageFilling()
    private var failure: StorageError?

    /// Opens or makes the environment in `directory`. Damaged state is set aside, and made anew, empty.
    /// Throws `.newer`, `.full` or `.failed`.
    package init(directory: String, limits: Limits = .standard) throws(StorageError) {
        setAside = try Self.setAsideIfDamaged(directory)
        open = try SessionEnvironment.open(in: directory, limits: limits)
        file = "\(directory)/data.mdb"
    }

    private var records: SessionRecords { open.records }

    /// Takes a cut of the sessions, on any thread, as long as the store is there.
    package var cut: @Sendable () throws(StorageError) -> SessionCut {
        let open = open
        return { () throws(StorageError) in try SessionCut(open) }
    }

    package func perform(_ operations: [SessionOperation]) throws(StorageError) -> [SessionAnswer] {
        if let failure { throw failure }
        do throws(LMDBError) {
            return try open.environment.write { (transaction) throws(LMDBError) in
                var answers: [SessionAnswer] = []
                answers.reserveCapacity(operations.count)
                for operation in operations { answers.append(try perform(operation, &transaction)) }
                return answers
            }
        } catch {
            let found = StorageError(error)
            if found.code != .full { failure = found }
            care.condition.note(found)
            throw found
        }
    }

    private static func setAsideIfDamaged(_ directory: String) throws(StorageError) -> String? {
        try StorageError.translatingFiles { () throws(IOError) in
            switch try LMDBFile.condition(inDirectory: directory) {
            case .new, .sound: return nil
            case .damaged: break
            }
            var number = 1
            while try Files.status(of: "\(directory).damaged-\(number)") != nil { number += 1 }
            let aside = "\(directory).damaged-\(number)"
            try Files.rename(directory, to: aside)
            return aside
        }
    }
}

extension EmbeddedSessionStore {
    private func perform(
        _ operation: SessionOperation, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> SessionAnswer {
        switch operation {
        case .open(let session, let most):
            return .sessions(try open(session, most: most, &transaction))
        case .make(let key, let most, let maker):
            return try make(key, most: most, by: maker, &transaction)
        case .find(let shown, let now):
            return .session(try find(shown, now, &transaction))
        case .refresh(let shown, let next, let now, let expiresAt):
            return .refreshed(try refresh(shown, next, now, expiresAt, &transaction))
        case .close(let id, let person):
            guard let session = try session(id, &transaction), session.person == person else {
                return .session(nil)
            }
            try remove(session, &transaction)
            return .session(session)
        case .name(let id, let person, let name):
            guard var session = try session(id, &transaction), session.person == person else {
                return .session(nil)
            }
            session.name = name
            try put(session, &transaction)
            return .session(session)
        case .closeAll(let person, let epoch):
            let sessions = try sessions(of: person, &transaction).filter { $0.epoch < epoch }
            for session in sessions { try remove(session, &transaction) }
            return .count(sessions.count)
        case .forget(let person): return .count(try forget(person, &transaction))
        case .fillFree: return .count(try filling.step(records, in: file, &transaction))
        case .list(let person):
            return .sessions(
                try sessions(of: person, &transaction).sorted { $0.lastSeenAt > $1.lastSeenAt })
        case .invite(let invite):
            try put(invite, &transaction)
            return .done
        case .findInvite(let token, let now):
            guard let invite = try invite(token, &transaction) else { return .invite(nil) }
            if invite.expiresAt > now { return .invite(invite) }
            try remove(invite, &transaction)
            return .invite(nil)
        case .use(let proof, let expiresAt, let now, let most):
            return .proof(try use(proof, until: expiresAt, now: now, most: most, &transaction))
        case .sweep(let now, let max):
            return .count(try sweep(now: now, max: max, &transaction))
        case .keepRates(let rates):
            try RateRecords.keep(rates, in: records.rates, &transaction)
            return .done
        case .findRates: return .rates(try RateRecords.find(in: records.rates, &transaction))
        }
    }

    // MARK: sessions

    private func session(
        _ id: LoginSessionID, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> LoginSession? {
        try transaction.get(id.bytes, in: records.sessions).flatMap {
            SessionRecords.session(id, value: $0)
        }
    }

    private func sessions(
        of person: PersonID, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> [LoginSession] {
        let prefix = person.bytes
        var ids: [LoginSessionID] = []
        try transaction.scan(from: prefix, in: records.sessionsByPerson) { entry in
            guard entry.key.starts(with: prefix), let id = SessionRecords.session(inKey: entry.key) else {
                return false
            }
            ids.append(id)
            return true
        }
        var sessions: [LoginSession] = []
        for id in ids {
            if let session = try session(id, &transaction) { sessions.append(session) }
        }
        return sessions
    }

    /// Answers those whose place it took.
    private func open(
        _ session: LoginSession, most: Int, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> [LoginSession] {
        if let earlier = try self.session(session.id, &transaction) { try remove(earlier, &transaction) }
        let open = try sessions(of: session.person, &transaction).filter { $0.kind == .device }
        let oldest = open.sorted { $0.lastSeenAt < $1.lastSeenAt }.prefix(max(0, open.count - most + 1))
        for session in oldest { try remove(session, &transaction) }
        try put(session.seenNoEarlier(than: open), &transaction)
        return Array(oldest)
    }

    private func make(
        _ key: LoginSession, most: Int, by maker: LoginSessionID?, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> SessionAnswer {
        if let maker {
            guard let session = try session(maker, &transaction), session.mayMake(key) else {
                return .session(nil)
            }
        }
        let keys = try sessions(of: key.person, &transaction).filter { $0.kind == .key && $0.id != key.id }
        let void = keys.filter { !$0.isGood(epoch: key.epoch, now: key.createdAt) }
        guard keys.count - void.count < most else { return .tooMany }
        for session in void { try remove(session, &transaction) }
        try put(key, &transaction)
        return .session(key)
    }

    private func find(
        _ shown: ShownToken, _ now: Timestamp, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> LoginSession? {
        guard var session = try session(shown.session, &transaction), session.isOpened(by: shown, now: now)
        else { return nil }
        if session.see(at: now) { try put(session, &transaction) }
        return session
    }

    private func refresh(
        _ shown: ShownToken, _ next: Digest, _ now: Timestamp, _ expiresAt: Timestamp,
        _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Refreshing {
        guard let session = try session(shown.session, &transaction) else { return .unknown }
        let outcome = session.refreshed(by: shown, next: next, now: now, expiresAt: expiresAt)
        switch outcome {
        case .renewed(let renewed):
            // Its place by expiry is another.
            try remove(session, &transaction)
            try put(renewed, &transaction)
        case .reused: try remove(session, &transaction)
        case .unknown: break
        }
        return outcome
    }

    private func put(
        _ session: LoginSession, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        try transaction.put(SessionRecords.value(session), for: session.id.bytes, in: records.sessions)
        try transaction.put([], for: SessionRecords.personKey(session), in: records.sessionsByPerson)
        try transaction.put([], for: SessionRecords.expiryKey(session), in: records.sessionsByExpiry)
    }

    private func remove(
        _ session: LoginSession, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        try transaction.delete(session.id.bytes, in: records.sessions)
        try transaction.delete(SessionRecords.personKey(session), in: records.sessionsByPerson)
        try transaction.delete(SessionRecords.expiryKey(session), in: records.sessionsByExpiry)
    }

    /// What is only deleted leaves its bytes in the page: they are overwritten first.
    private func forget(
        _ person: PersonID, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Int {
        let sessions = try sessions(of: person, &transaction)
        var invites: [SessionOperation.Invite] = []
        try transaction.scan(in: records.invites) { entry in
            if let token = Digest(bytes: entry.key),
                let invite = SessionRecords.invite(token: token, value: entry.value), invite.person == person
            {
                invites.append(invite)
            }
            return true
        }
        // All before the first is removed: then LMDB moves the others within their page, and what it moves
        // stays where it was too.
        for session in sessions { try blank(session.id.bytes, in: records.sessions, &transaction) }
        for invite in invites { try blank(invite.token.bytes, in: records.invites, &transaction) }
        for session in sessions { try remove(session, &transaction) }
        for invite in invites { try remove(invite, &transaction) }
        return sessions.count + invites.count
    }

    private func blank(
        _ key: [UInt8], in database: LMDBDatabase, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        guard let value = try transaction.get(key, in: database) else { return }
        try transaction.put([UInt8](repeating: 0, count: value.count), for: key, in: database)
    }

    // MARK: invites

    private func invite(
        _ token: Digest, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> SessionOperation.Invite? {
        try transaction.get(token.bytes, in: records.invites).flatMap {
            SessionRecords.invite(token: token, value: $0)
        }
    }

    private func put(
        _ invite: SessionOperation.Invite, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        if let earlier = try self.invite(invite.token, &transaction) { try remove(earlier, &transaction) }
        try transaction.put(SessionRecords.value(invite), for: invite.token.bytes, in: records.invites)
        try transaction.put([], for: SessionRecords.expiryKey(invite), in: records.invitesByExpiry)
    }

    private func remove(
        _ invite: SessionOperation.Invite, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        try transaction.delete(invite.token.bytes, in: records.invites)
        try transaction.delete(SessionRecords.expiryKey(invite), in: records.invitesByExpiry)
    }

    // MARK: proofs

    private func use(
        _ proof: Digest, until expiresAt: Timestamp, now: Timestamp, most: Int,
        _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> ProofUse {
        guard try transaction.get(proof.bytes, in: records.proofs) == nil else { return .usedBefore }
        if try transaction.count(in: records.proofs) >= most {
            _ = try sweepProofs(now: now, max: most, &transaction)
        }
        guard try transaction.count(in: records.proofs) < most else { return .full }
        try transaction.put(
            SessionRecords.value(proofUntil: expiresAt), for: proof.bytes, in: records.proofs)
        let key = SessionRecords.expiryKey(proof, until: expiresAt)
        try transaction.put([], for: key, in: records.proofsByExpiry)
        return .taken
    }

    private func sweepProofs(
        now: Timestamp, max: Int, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Int {
        let keys = try expired(in: records.proofsByExpiry, now: now, max: max, { $0 }, &transaction)
        for key in keys {
            if let proof = SessionRecords.digest(inKey: key) {
                try transaction.delete(proof.bytes, in: records.proofs)
            }
            try transaction.delete(key, in: records.proofsByExpiry)
        }
        return keys.count
    }

    // MARK: all of them

    private func sweep(
        now: Timestamp, max: Int, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Int {
        let sessions = try expired(
            in: records.sessionsByExpiry, now: now, max: max, SessionRecords.session(inKey:), &transaction)
        for id in sessions {
            if let session = try session(id, &transaction) { try remove(session, &transaction) }
        }
        let invites = try expired(
            in: records.invitesByExpiry, now: now, max: max, SessionRecords.digest(inKey:), &transaction)
        for token in invites {
            if let invite = try invite(token, &transaction) { try remove(invite, &transaction) }
        }
        return sessions.count + invites.count + (try sweepProofs(now: now, max: max, &transaction))
    }

    /// What stands in at most `max` keys that have expired, the oldest first.
    private func expired<Found>(
        in database: LMDBDatabase, now: Timestamp, max: Int, _ read: ([UInt8]) -> Found?,
        _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> [Found] {
        var found: [Found] = []
        try transaction.scan(in: database) { entry in
            guard found.count < max, SessionRecords.expiry(inKey: entry.key) <= now else { return false }
            if let one = read(entry.key) { found.append(one) }
            return true
        }
        return found
    }
}
