package import Chat

/// Sessions and invites in memory. Used on one thread, the state writer's.
package final class MemorySessionStore: SessionStore {
    private struct Contents {
        var sessions: [Digest: SessionOperation.Session] = [:]
        var invites: [Digest: SessionOperation.Invite] = [:]
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
            makeRoom(for: session, most: most)
            contents.sessions[session.token] = session
            return .done
        case .find(let token, let now):
            guard let session = contents.sessions[token] else { return .session(nil) }
            if session.expiresAt > now { return .session(session) }
            contents.sessions[token] = nil
            return .session(nil)
        case .close(let token):
            contents.sessions[token] = nil
            return .done
        case .closeAll(let person, let epoch):
            let before = contents.sessions.count
            contents.sessions = contents.sessions.filter {
                $0.value.person != person || $0.value.epoch >= epoch
            }
            return .count(before - contents.sessions.count)
        case .invite(let invite):
            contents.invites[invite.token] = invite
            return .done
        case .findInvite(let token, let now):
            guard let invite = contents.invites[token] else { return .invite(nil) }
            if invite.expiresAt > now { return .invite(invite) }
            contents.invites[token] = nil
            return .invite(nil)
        case .sweep(let now, let max):
            return .count(sweep(now: now, max: max))
        case .keepRates(let records):
            contents.rates = records
            return .done
        case .findRates: return .rates(contents.rates)
        }
    }

    private func makeRoom(for session: SessionOperation.Session, most: Int) {
        let open = contents.sessions.values.filter {
            $0.person == session.person && $0.token != session.token
        }
        guard open.count >= most else { return }
        for oldest in open.sorted(by: { $0.createdAt < $1.createdAt }).prefix(open.count - most + 1) {
            contents.sessions[oldest.token] = nil
        }
    }

    private func sweep(now: Timestamp, max: Int) -> Int {
        let sessions = contents.sessions.values.filter { $0.expiresAt <= now }
            .sorted { $0.expiresAt < $1.expiresAt }.prefix(max)
        let invites = contents.invites.values.filter { $0.expiresAt <= now }
            .sorted { $0.expiresAt < $1.expiresAt }.prefix(max)
        for session in sessions { contents.sessions[session.token] = nil }
        for invite in invites { contents.invites[invite.token] = nil }
        return sessions.count + invites.count
    }
}
