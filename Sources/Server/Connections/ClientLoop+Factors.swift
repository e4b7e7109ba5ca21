import Chat
import Native
import Reactor
import Security
import Wire

/// A person's own second factor: offered and confirmed on the connection's loop, proved on the pool's
/// threads, changed by the sequencer. Loop thread only.
extension ClientLoop {
    /// What a change of the factor comes to, once it is proved.
    enum FactorChange: Sendable {
        case remove
        case renewCodes
    }

    /// The offer is the connection's; whether the person has a factor already is looked up first, so that
    /// nobody sets up an authenticator in vain.
    func offerFactor(_ number: UInt64, _ connection: Connection) {
        let person = asker(connection)
        let offered = OfferedFactor(now: wallClock)
        connection.offeredFactor = offered
        let (id, post, desk) = (connection.channel.id, post, services.factors)
        let offer = offered.offer(to: person, issuer: services.hello.serverName)
        let isTaken = services.pool.submit {
            let answer: ServerMessage =
                switch desk.find(person.id) {
                case .failure(let refusal): .refused(RefusalNotice(refusal))
                case .success(let stored):
                    stored.factor == nil
                        ? .factorOffer(offer) : .refused(RefusalNotice(Refusal(.secondFactorExists)))
                }
            post(.answer(id, ServerMessageEncoder.encode(answer, request: number)))
        }
        if isTaken { connection.inFlight += 1 } else { refuseBusy(number, connection) }
    }

    func confirmFactor(_ code: String, _ number: UInt64, _ connection: Connection) {
        guard let offered = connection.offeredFactor else {
            let refusal = Refusal(.noSecondFactor, "none was offered on this connection; begin again")
            return connection.enqueue(refused: refusal, number)
        }
        do throws(Refusal) {
            let (factor, codes) = try offered.confirmed(
                by: code, of: asker(connection).id, secrets: services.factors.secrets,
                limits: services.limits, now: wallClock)
            submit(.changeFactor(.enrolFactor(factor), telling: codes), number, connection)
        } catch {
            connection.enqueue(refused: error, number)
        }
    }

    func changeFactor(
        _ change: FactorChange, by credential: FactorCredential, _ number: UInt64, _ connection: Connection
    ) {
        let person = asker(connection)
        let (id, post, sequencer, audit) = (connection.channel.id, post, services.sequencer, services.audit)
        let origin = Envelope.Origin.connection(address(of: connection), person.id)
        let (limits, peer) = (services.limits, connection.channel.peer.address)
        let refusal = services.factors.prove(
            credential, of: person.id, named: person.name.displayed, from: peer, now: context.now
        ) { result in
            var refusal = Refusal(.busy, retryAfter: limits.busyRetry)
            switch result {
            case .success(let proven):
                let body = Self.body(of: change, proven, limits)
                if sequencer.submit(Envelope(origin: origin, request: number, body: body)) { return }
            case .failure(let reason):
                refusal = reason
                guard reason.code == .wrongCode || reason.code == .wrongCredentials else { break }
                let party = AuditParty.person(person.id)
                audit.note(
                    SecurityEvent(
                        .codeRefused, at: Timestamp(milliseconds: WallClock.milliseconds()), by: party,
                        of: [party], ["reason": .text(reason.code.name)], from: peer))
            }
            post(.answer(id, ServerMessageEncoder.encode(.refused(RefusalNotice(refusal)), request: number)))
        }
        if let refusal { connection.enqueue(refused: refusal, number) } else { connection.inFlight += 1 }
    }

    private static func body(
        of change: FactorChange, _ proven: FactorDesk.Proven, _ limits: Limits
    ) -> Envelope.Body {
        guard case .renewCodes = change, let factor = proven.person.factor else {
            return .changeFactor(.removeOwnFactor(proven.proof))
        }
        let codes = (0..<limits.recoveryCodes).map { _ in RecoveryCode.random() }
        return .changeFactor(
            .renewRecoveryCodes(codes.map { $0.digest(of: factor.id) }, of: factor.id, proven.proof),
            telling: codes.map(\.text))
    }

    private func asker(_ connection: Connection) -> Person {
        guard let person = connection.person else {
            preconditionFailure("ClientLoop: a request before the login")
        }
        return person
    }

    var wallClock: Timestamp { Timestamp(milliseconds: WallClock.milliseconds()) }
}
