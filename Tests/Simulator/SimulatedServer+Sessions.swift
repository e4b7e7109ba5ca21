import Chat
import Server
import Wire

/// Logins and the ends of sessions, as `LoginDesk`, `StateWriter` and `SessionEnding` have them.
extension SimulatedServer {
    /// What a login gave: who, and by which session. It is nobody's secret here.
    private struct Token {
        let isAccess: Bool
        let process: Int
        let session: LoginSessionID
        let person: String

        init?(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 3).map(String.init)
            guard parts.count == 4, let process = Int(parts[1]), let number = UInt64(parts[2]) else {
                return nil
            }
            isAccess = parts[0] == "access"
            self.process = process
            session = LoginSessionID(high: 1, low: number)
            person = parts[3]
        }
    }

    private func tokens(_ session: LoginSessionID, of person: String) -> GivenTokens {
        let rest = ".\(process).\(session.low).\(person)"
        let end = Timestamp(milliseconds: .max)
        return GivenTokens(
            access: "access" + rest, accessExpires: end, refresh: "refresh" + rest, refreshExpires: end)
    }

    /// Whoever says a name is believed: passwords are another part's matter. Tokens are those of sessions.
    func prove(_ method: Authentication) -> Result<ProvenLogin, Refusal> {
        switch method {
        case .password(let name, _, _, _): entered(name)
        case .token(let text): shown(text)
        case .newcomer(_, let name, _): come(name)
        case .invite, .provider: .failure(Refusal(.wrongCredentials))
        }
    }

    /// By the run's one link, whatever token is said.
    private func come(_ name: String) -> Result<ProvenLogin, Refusal> {
        guard (try? store.history.openInvite(token: SimulatedLink.token)) != nil else {
            return .failure(Refusal(.wrongCredentials))
        }
        let newcomer = Newcomer(
            token: SimulatedLink.token, id: PersonID(high: dice.word(), low: dice.word()), name: name,
            password: "hash")
        let (session, _) = sessions.open(
            for: newcomer.id, epoch: 0, most: limits.sessionsOfAPerson, now: wall)
        return .success(
            ProvenLogin(
                person: newcomer.id, epoch: 0, session: session, tokens: tokens(session, of: name),
                password: .newcomer(newcomer)))
    }

    private func entered(_ name: String) -> Result<ProvenLogin, Refusal> {
        guard let person = try? store.history.person(named: name) else {
            return .failure(Refusal(.wrongCredentials))
        }
        let (session, displaced) = sessions.open(
            for: person.id, epoch: person.sessionEpoch, most: limits.sessionsOfAPerson, now: wall)
        for session in displaced { carryOutEnd(of: session) }
        return .success(
            ProvenLogin(
                person: person.id, epoch: person.sessionEpoch, session: session,
                tokens: tokens(session, of: name)))
    }

    /// An access token is only read, and good as long as its process; the other is looked up.
    private func shown(_ text: String) -> Result<ProvenLogin, Refusal> {
        guard let token = Token(text), let person = try? store.history.person(named: token.person) else {
            return .failure(Refusal(.wrongCredentials))
        }
        let isGood =
            token.isAccess
            ? token.process == process && !access.isWithdrawn(token.session)
            : sessions.isOpen(token.session, of: person.id)
        guard isGood else { return .failure(Refusal(.wrongCredentials)) }
        // Its owner ends it at this very moment.
        if dice.strikes(.endedWhileLoggingIn, onceIn: 30) {
            jobs.append { [unowned self] in _ = end(token.session, of: person.id) }
        }
        return .success(
            ProvenLogin(
                person: person.id, epoch: person.sessionEpoch, session: token.session,
                tokens: token.isAccess ? nil : tokens(token.session, of: token.person)))
    }

    /// What the state writer does of it: committed, carried out, and only then answered.
    func end(_ session: LoginSessionID, of person: PersonID) -> ServerMessage {
        guard let closed = sessions.close(session, of: person) else {
            return .refused(RefusalNotice(Refusal(.unknownSession)))
        }
        dice.count(.sessionEnded)
        carryOutEnd(of: closed)
        return .done
    }

    private func carryOutEnd(of session: LoginSession) {
        access.withdraw(session.id, now: wall)
        endings += 1
        submitAlways(
            Envelope(origin: .server, request: 0, body: .endSession(session.id, of: session.person)))
    }
}
