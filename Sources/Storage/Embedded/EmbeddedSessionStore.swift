package import Chat
import Native

/// Sessions and invites in state.lmdb. Used on one thread, the state writer's.
///
/// Each `perform` is one synced commit; one that changes nothing costs no sync. After a failed commit what is
/// on disk is not known: the store refuses everything from then on. A full map or disk is no failure.
package final class EmbeddedSessionStore: SessionStore {
    /// Where damaged state was set aside when it was found at opening: everybody has to log in again.
    package let setAside: String?

    private let environment: LMDBEnvironment
    private let records: SessionRecords
    private var failure: StorageError?

    /// Opens or makes the environment in `directory`. Damaged state is set aside, and made anew, empty.
    /// Throws `.newer`, `.full` or `.failed`.
    package init(directory: String, limits: Limits = .standard) throws(StorageError) {
        setAside = try Self.setAsideIfDamaged(directory)
        try StorageError.translatingFiles { () throws(IOError) in
            _ = try Files.makeDirectory(directory, mode: 0o700)
        }
        let environment = try StorageError.translatingState { () throws(LMDBError) in
            try LMDBEnvironment.open(
                directory: directory, mapBytes: limits.stateMapBytes, maxDatabases: SessionRecords.databases)
        }
        let records = try StorageError.translatingState { () throws(LMDBError) in
            try environment.write { (transaction) throws(LMDBError) in try SessionRecords(&transaction) }
        }
        guard let records else { throw StorageError(.newer, "\(directory) was written by a newer version") }
        self.records = records
        self.environment = environment
        // LMDB syncs its file, but not the directory that names it.
        try StorageError.translatingFiles { () throws(IOError) in try Files.syncDirectory(directory) }
    }

    package func perform(_ operations: [SessionOperation]) throws(StorageError) -> [SessionAnswer] {
        if let failure { throw failure }
        do throws(LMDBError) {
            return try environment.write { (transaction) throws(LMDBError) in
                var answers: [SessionAnswer] = []
                answers.reserveCapacity(operations.count)
                for operation in operations { answers.append(try perform(operation, &transaction)) }
                return answers
            }
        } catch {
            let found = StorageError(error)
            if found.code != .full { failure = found }
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
            try open(session, most: most, &transaction)
            return .done
        case .find(let token, let now):
            guard let session = try session(token, &transaction) else { return .session(nil) }
            if session.expiresAt > now { return .session(session) }
            try remove(session, &transaction)
            return .session(nil)
        case .close(let token):
            if let session = try session(token, &transaction) { try remove(session, &transaction) }
            return .done
        case .closeAll(let person, let epoch):
            let sessions = try sessions(of: person, &transaction).filter { $0.epoch < epoch }
            for session in sessions { try remove(session, &transaction) }
            return .count(sessions.count)
        case .invite(let invite):
            if let earlier = try self.invite(invite.token, &transaction) { try remove(earlier, &transaction) }
            try transaction.put(SessionRecords.value(invite), for: invite.token.bytes, in: records.invites)
            let key = SessionRecords.expiryKey(invite.expiresAt, invite.token)
            try transaction.put([], for: key, in: records.invitesByExpiry)
            return .done
        case .findInvite(let token, let now):
            guard let invite = try invite(token, &transaction) else { return .invite(nil) }
            if invite.expiresAt > now { return .invite(invite) }
            try remove(invite, &transaction)
            return .invite(nil)
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
        _ token: Digest, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> SessionOperation.Session? {
        try transaction.get(token.bytes, in: records.sessions).flatMap {
            SessionRecords.session(token: token, value: $0)
        }
    }

    private func open(
        _ session: SessionOperation.Session, most: Int, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        if let earlier = try self.session(session.token, &transaction) { try remove(earlier, &transaction) }
        let open = try sessions(of: session.person, &transaction)
        if open.count >= most {
            let oldest = open.sorted { $0.createdAt < $1.createdAt }.prefix(open.count - most + 1)
            for session in oldest { try remove(session, &transaction) }
        }
        try transaction.put(SessionRecords.value(session), for: session.token.bytes, in: records.sessions)
        let byPerson = SessionRecords.personKey(session.person, session.token)
        try transaction.put([], for: byPerson, in: records.sessionsByPerson)
        let byExpiry = SessionRecords.expiryKey(session.expiresAt, session.token)
        try transaction.put([], for: byExpiry, in: records.sessionsByExpiry)
    }

    private func remove(
        _ session: SessionOperation.Session, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        try transaction.delete(session.token.bytes, in: records.sessions)
        let byPerson = SessionRecords.personKey(session.person, session.token)
        try transaction.delete(byPerson, in: records.sessionsByPerson)
        let byExpiry = SessionRecords.expiryKey(session.expiresAt, session.token)
        try transaction.delete(byExpiry, in: records.sessionsByExpiry)
    }

    private func sessions(
        of person: PersonID, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> [SessionOperation.Session] {
        let prefix = person.bytes
        var tokens: [Digest] = []
        try transaction.scan(from: prefix, in: records.sessionsByPerson) { entry in
            guard entry.key.starts(with: prefix), let token = SessionRecords.token(inKey: entry.key) else {
                return false
            }
            tokens.append(token)
            return true
        }
        var sessions: [SessionOperation.Session] = []
        for token in tokens {
            if let session = try session(token, &transaction) { sessions.append(session) }
        }
        return sessions
    }

    // MARK: invites

    private func invite(
        _ token: Digest, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> SessionOperation.Invite? {
        try transaction.get(token.bytes, in: records.invites).flatMap {
            SessionRecords.invite(token: token, value: $0)
        }
    }

    private func remove(
        _ invite: SessionOperation.Invite, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) {
        try transaction.delete(invite.token.bytes, in: records.invites)
        let key = SessionRecords.expiryKey(invite.expiresAt, invite.token)
        try transaction.delete(key, in: records.invitesByExpiry)
    }

    // MARK: both

    private func sweep(
        now: Timestamp, max: Int, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Int {
        let sessions = try expired(in: records.sessionsByExpiry, now: now, max: max, &transaction)
        for token in sessions {
            if let session = try session(token, &transaction) { try remove(session, &transaction) }
        }
        let invites = try expired(in: records.invitesByExpiry, now: now, max: max, &transaction)
        for token in invites {
            if let invite = try invite(token, &transaction) { try remove(invite, &transaction) }
        }
        return sessions.count + invites.count
    }

    /// The tokens of at most `max` entries that have expired, the oldest first.
    private func expired(
        in database: LMDBDatabase, now: Timestamp, max: Int, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> [Digest] {
        var tokens: [Digest] = []
        try transaction.scan(in: database) { entry in
            guard tokens.count < max, SessionRecords.expiry(inKey: entry.key) <= now else { return false }
            if let token = SessionRecords.token(inKey: entry.key) { tokens.append(token) }
            return true
        }
        return tokens
    }
}
