package import Chat

/// Sessions, invites and used proofs in memory. Used on one thread, the state writer's.
package final class MemorySessionStore: SessionStore {
    private struct Contents {
        var sessions: [LoginSessionID: LoginSession] = [:]
        var invites: [Digest: SessionOperation.Invite] = [:]
        var proofs: [Digest: Timestamp] = [:]
        var rates: [RateRecord] = []
    }

    /// What the next `perform` throws instead of doing anything; forgotten once thrown.
    package var failure: StorageError?
    private var contents = Contents()

    package init() {}

    package func perform(_ operations: [SessionOperation]) throws(StorageError) -> [SessionAnswer] {
        if let failure {
            self.failure = nil
            throw failure
        }
        return operations.map { perform($0) }
    }

    private func perform(_ operation: SessionOperation) -> SessionAnswer {
        switch operation {
        case .open(let session, let most):
            let others = devices(besides: session)
            let displaced = makeRoom(among: others, most: most)
            contents.sessions[session.id] = session.seenNoEarlier(than: others)
            return .sessions(displaced)
        case .make(let key, let most, let maker): return make(key, most: most, by: maker)
        case .find(let shown, let now):
            guard var session = contents.sessions[shown.session], session.isOpened(by: shown, now: now) else {
                return .session(nil)
            }
            if session.see(at: now) { contents.sessions[session.id] = session }
            return .session(session)
        case .refresh(let shown, let next, let now, let expiresAt):
            return .refreshed(refresh(shown, next, now, expiresAt))
        case .close(let id, let person):
            guard let session = contents.sessions[id], session.person == person else { return .session(nil) }
            contents.sessions[id] = nil
            return .session(session)
        case .name(let id, let person, let name):
            guard var session = contents.sessions[id], session.person == person else { return .session(nil) }
            session.name = name
            contents.sessions[id] = session
            return .session(session)
        case .closeAll(let person, let epoch):
            let before = contents.sessions.count
            contents.sessions = contents.sessions.filter {
                $0.value.person != person || $0.value.epoch >= epoch
            }
            return .count(before - contents.sessions.count)
        case .forget(let person):
            let before = contents.sessions.count + contents.invites.count
            contents.sessions = contents.sessions.filter { $0.value.person != person }
            contents.invites = contents.invites.filter { $0.value.person != person }
            return .count(before - contents.sessions.count - contents.invites.count)
        case .fillFree: return .count(0)
        case .list(let person):
            return .sessions(sessions(of: person).sorted { $0.lastSeenAt > $1.lastSeenAt })
        case .invite(let invite):
            contents.invites[invite.token] = invite
            return .done
        case .findInvite(let token, let now):
            guard let invite = contents.invites[token] else { return .invite(nil) }
            if invite.expiresAt > now { return .invite(invite) }
            contents.invites[token] = nil
            return .invite(nil)
        case .use(let proof, let expiresAt, let now, let most):
            return .proof(use(proof, until: expiresAt, now: now, most: most))
        case .sweep(let now, let max):
            return .count(sweep(now: now, max: max))
        case .keepRates(let records):
            contents.rates = records
            return .done
        case .findRates: return .rates(contents.rates)
        }
    }

    private func refresh(
        _ shown: ShownToken, _ next: Digest, _ now: Timestamp, _ expiresAt: Timestamp
    ) -> Refreshing {
        guard let session = contents.sessions[shown.session] else { return .unknown }
        let outcome = session.refreshed(by: shown, next: next, now: now, expiresAt: expiresAt)
        switch outcome {
        case .renewed(let renewed): contents.sessions[session.id] = renewed
        case .reused: contents.sessions[session.id] = nil
        case .unknown: break
        }
        return outcome
    }

    private func sessions(of person: PersonID) -> [LoginSession] {
        contents.sessions.values.filter { $0.person == person }.sorted { $0.id < $1.id }
    }

    private func devices(besides session: LoginSession) -> [LoginSession] {
        sessions(of: session.person).filter { $0.kind == .device && $0.id != session.id }
    }

    private func makeRoom(among open: [LoginSession], most: Int) -> [LoginSession] {
        let oldest = open.sorted { $0.lastSeenAt < $1.lastSeenAt }.prefix(max(0, open.count - most + 1))
        for session in oldest { contents.sessions[session.id] = nil }
        return Array(oldest)
    }

    private func make(_ key: LoginSession, most: Int, by maker: LoginSessionID?) -> SessionAnswer {
        if let maker {
            guard contents.sessions[maker]?.mayMake(key) == true else { return .session(nil) }
        }
        let keys = sessions(of: key.person).filter { $0.kind == .key && $0.id != key.id }
        let void = keys.filter { !$0.isGood(epoch: key.epoch, now: key.createdAt) }
        guard keys.count - void.count < most else { return .tooMany }
        for session in void { contents.sessions[session.id] = nil }
        contents.sessions[key.id] = key
        return .session(key)
    }

    private func use(_ proof: Digest, until expiresAt: Timestamp, now: Timestamp, most: Int) -> ProofUse {
        if contents.proofs[proof] != nil { return .usedBefore }
        if contents.proofs.count >= most { contents.proofs = contents.proofs.filter { $0.value > now } }
        guard contents.proofs.count < most else { return .full }
        contents.proofs[proof] = expiresAt
        return .taken
    }

    private func sweep(now: Timestamp, max: Int) -> Int {
        let sessions = contents.sessions.values.filter { $0.expiresAt <= now }
            .sorted { $0.expiresAt < $1.expiresAt }.prefix(max)
        let invites = contents.invites.values.filter { $0.expiresAt <= now }
            .sorted { $0.expiresAt < $1.expiresAt }.prefix(max)
        let proofs = contents.proofs.filter { $0.value <= now }.sorted { $0.value < $1.value }.prefix(max)
        for session in sessions { contents.sessions[session.id] = nil }
        for invite in invites { contents.invites[invite.token] = nil }
        for proof in proofs { contents.proofs[proof.key] = nil }
        return sessions.count + invites.count + proofs.count
    }
}
