package import Chat
import Native
package import Security
import Storage
import Wire

/// Carries out what administration asks, whoever answers: the threads of a running server, or the stores
/// themselves.
package struct Administration {
    /// Asks the sequencer, and waits for the batch to be stored.
    package typealias Ask = (Envelope.Body) -> Answer
    /// Asks the state writer, and waits for the commit.
    package typealias AskState = (SessionOperation) -> Result<SessionAnswer, StorageError>

    let ask: Ask
    private let askState: AskState
    let limits: Limits
    private let endpoint: Endpoint?
    private let now: () -> Timestamp
    private let audit: AuditDesk
    private let identity: IdentityDesk?
    private let snapshots: SnapshotAdministration?
    /// What is exported is read from it.
    let history: any HistoryReader
    let deletions: DeletionDesk?

    /// - Parameter endpoint: where the server that runs is reached; `nil` when none does.
    package init(
        limits: Limits, endpoint: Endpoint? = nil, now: @escaping () -> Timestamp, audit: AuditDesk,
        identity: IdentityDesk? = nil, snapshots: SnapshotAdministration? = nil,
        history: any HistoryReader, deletions: DeletionDesk? = nil, ask: @escaping Ask,
        askState: @escaping AskState
    ) {
        self.limits = limits
        self.endpoint = endpoint
        self.now = now
        self.audit = audit
        self.identity = identity
        self.snapshots = snapshots
        self.history = history
        self.deletions = deletions
        self.ask = ask
        self.askState = askState
    }

    package func perform(_ request: ControlRequest) -> ControlResponse {
        switch request {
        // A running server answers these itself.
        case .ping, .status: return .done
        case .addPerson(let name, let password, let isAdministrator):
            return command(.addPerson(name: name, password: password, isAdministrator: isAdministrator))
        case .setPassword(let person, let password): return setPassword(of: person, password)
        case .setDisabled(let person, let isDisabled): return setDisabled(person, isDisabled)
        case .linkIdentity(let person, let issuer, let subject, let isLinked):
            guard let identity = ExternalIdentity(issuer: issuer, subject: subject) else {
                let detail = "a subject has 1 to \(ExternalIdentity.subjectBytes) characters of ASCII"
                return ControlResponse(Refusal(.invalidArgument, detail))
            }
            return isLinked
                ? command(.linkIdentity(.name(person), identity)) : unlink(identity, from: person)
        case .removeFactor(let person): return command(.removeFactor(.name(person)))
        case .invite(let person): return invite(person)
        case .token(let person, let name, let scopes, let seconds):
            return token(person, name, scopes, seconds)
        case .makeInvite(let uses, let seconds, let isAdministrator, let rooms, let role):
            return makeInvite(uses, seconds, isAdministrator, rooms, role)
        case .listInvites(let after): return page(after) { .listInvites(after: $0) }
        case .revokeInvite(let id):
            guard let id = OpenInviteID(text: id) else {
                return ControlResponse(Refusal(.invalidArgument, "an invite is named by its id"))
            }
            return command(.revokeInvite(id))
        case .listSessions(let person): return sessions(of: person)
        case .endSession(let person, let id): return endSession(id, of: person)
        case .listPeople(let after): return page(after) { .listPeople(after: $0) }
        case .showPerson(let person): return ControlResponse(ask(.showPerson(.name(person))))
        case .addRoom(let name, let isPublic):
            return command(.createRoom(name: name, kind: isPublic ? .open : .closed))
        case .listRooms(let after): return page(after) { .listRooms(includePublic: true, after: $0) }
        case .showRoom(let room): return show(room)
        case .listMembers(let room, let after):
            return page(after) { .listMembers(Self.room(room), after: $0) }
        case .addMember(let room, let person, let roleName):
            guard let role = Self.role(roleName) else { return Self.noRole }
            return command(.addMember(.name(room), .name(person), role))
        case .removeMember(let room, let person): return command(.removeMember(.name(room), .name(person)))
        case .archiveRoom(let room, let isArchived):
            return command(.changeSettings(.name(room), RequestedSettings(isArchived: isArchived)))
        case .keepRoom(let room, let days):
            return command(.changeSettings(.name(room), RequestedSettings(keepDays: days)))
        case .changeIdentity(let isCompromised): return changeIdentity(isCompromised)
        case .showIdentity: return withIdentity { ControlResponse(try $0.load()) }
        case .beginAudit: return audit.begin()
        case .readAudit(let sequence, let checkpoint):
            return audit.page(afterSequence: sequence, afterCheckpoint: checkpoint)
        case .exportRoom(let room): return exportRoom(room)
        case .exportPerson(let person):
            return record(.personExported, person) { ControlResponse(.person($0)) }
        case .readFacts(let person, let after): return facts(of: person, after)
        case .readEvents(let room, let person, let after, let through):
            return events(of: room, by: person, after: after, through: through)
        case .deletePerson(let name, let id): return delete(name, id: id)
        case .awaitDeletion(let id): return followDeletion(of: id)
        case .makeSnapshot(let path, let withKeys, let lock):
            return snapshots?.make(path, withKeys: withKeys, lock: lock) ?? Self.noSnapshots
        case .awaitSnapshot(let number): return snapshots?.await(number) ?? Self.noSnapshots
        case .eraseAudit(let name, let isContinued):
            return find(name) { person in
                // The outbox is emptied by the sequencer: it answers behind that.
                audit.erase(person.id, isContinued: isContinued) { _ = ask(.showPerson(.id(person.id))) }
            }
        }
    }

    private static var noSnapshots: ControlResponse {
        .snapshotFailed(
            code: SnapshotError.Code.failed.rawValue,
            detail: "the audit log could not be opened, or the stores are in memory")
    }

    private func command(_ command: Command) -> ControlResponse { ControlResponse(ask(.command(command))) }

    private func show(_ room: String) -> ControlResponse {
        let response = ControlResponse(ask(.showRoom(.name(room))))
        guard case .room(var entry) = response,
            case .message(.roomDetails(let details)) = ask(.detailRoom(.name(room)))
        else { return response }
        entry.keepDays = details.rules.keepDays
        return .room(entry)
    }

    private func page<Subject>(
        _ after: String?, _ body: (Identifier<Subject>?) -> Envelope.Body
    ) -> ControlResponse {
        guard let after else { return ControlResponse(ask(body(nil))) }
        guard let id = Identifier<Subject>(text: after) else {
            return ControlResponse(Refusal(.invalidArgument, "`after` is an id"))
        }
        return ControlResponse(ask(body(id)))
    }

    private func find(_ name: String, _ then: (Person) -> ControlResponse) -> ControlResponse {
        let answer = ask(.showPerson(.name(name)))
        guard case .person(let person) = answer else { return ControlResponse(answer) }
        return then(person)
    }

    /// What is made in another store than the audit log's outbox is recorded before it is made: a crash
    /// between the two leaves a record too many, never one too few.
    private func record(
        _ kind: AuditKind, _ name: String, _ details: AuditDetails = [:],
        _ then: (Person) -> ControlResponse
    ) -> ControlResponse {
        let answer = ask(.command(.recordSecret(.name(name), kind, details)))
        guard case .person(let person) = answer else { return ControlResponse(answer) }
        return then(person)
    }

    private func changeIdentity(_ isCompromised: Bool) -> ControlResponse {
        withIdentity { desk in
            let (old, new) = try desk.prepare(isCompromised: isCompromised, at: now())
            let answer = ask(
                .command(
                    .recordIdentity(
                        isCompromised ? .identityReplaced : .identityRotated,
                        [
                            "number": .number(Int64(clamping: new.number)),
                            "old": .text("\(old.fingerprint)"), "new": .text("\(new.fingerprint)"),
                        ])))
            if case .refused = answer { return ControlResponse(answer) }
            try desk.install(new, at: now())
            return ControlResponse(new)
        }
    }

    private func withIdentity(_ body: (IdentityDesk) throws -> ControlResponse) -> ControlResponse {
        guard let identity else {
            return ControlResponse(Refusal(.unknownRequest, "there are no keys to administer here"))
        }
        do {
            return try body(identity)
        } catch {
            return ControlResponse(Refusal(.busy, "\(error)"))
        }
    }

    private func setPassword(of name: String, _ password: String) -> ControlResponse {
        find(name) { person in
            let response = command(.setPassword(.id(person.id), password))
            guard case .person = response else { return response }
            return closeSessions(of: person, then: response)
        }
    }

    private func setDisabled(_ name: String, _ isDisabled: Bool) -> ControlResponse {
        find(name) { person in
            let response = command(.setDisabled(.id(person.id), isDisabled))
            guard case .person = response, isDisabled else { return response }
            return closeSessions(of: person, then: response)
        }
    }

    private func unlink(_ identity: ExternalIdentity, from name: String) -> ControlResponse {
        find(name) { person in
            let response = command(.unlinkIdentity(.id(person.id), identity))
            guard case .person = response else { return response }
            return closeSessions(of: person, then: response)
        }
    }

    private func closeSessions(of person: Person, then response: ControlResponse) -> ControlResponse {
        // They are void by their epoch already: this only gives back their room.
        _ = askState(.closeAll(of: person.id, before: person.sessionEpoch + 1))
        return response
    }

    private func invite(_ name: String) -> ControlResponse {
        record(.inviteMade, name) { person in
            let token = InviteToken.random()
            let expiresAt = now().advanced(by: limits.inviteLifetime)
            let invite = SessionOperation.Invite(
                token: token.digest, person: person.id, epoch: person.sessionEpoch, expiresAt: expiresAt)
            switch askState(.invite(invite)) {
            case .success:
                return .invite(
                    token: token.text, expiresAt: expiresAt.milliseconds, endpoint: endpoint?.description)
            case .failure(let error): return ControlResponse(Refusal(.busy, error.detail))
            }
        }
    }

    private static let noRole = ControlResponse(
        Refusal(.invalidArgument, "a role is one of owner, moderator, member"))

    private static func role(_ name: String) -> Role? { Role.allCases.first { $0.name == name } }

    private func makeInvite(
        _ uses: Int, _ seconds: Int?, _ isAdministrator: Bool, _ rooms: [String], _ roleName: String
    ) -> ControlResponse {
        guard let role = Self.role(roleName) else { return Self.noRole }
        let token = InviteToken.random(.newcomer)
        let order = InviteOrder(
            token: token.digest, uses: uses,
            lifetime: seconds.map { .seconds(min($0, Int(Int32.max))) } ?? limits.openInviteLifetime,
            makesAdministrator: isAdministrator, rooms: rooms.map { .name($0) }, role: role)
        let answer = ask(.makeInvite(order, token: token.text))
        guard case .message(.inviteMade(let made)) = answer else { return ControlResponse(answer) }
        return .openInvite(
            token: made.token, id: made.id.description, expiresAt: made.expiresAt.milliseconds,
            endpoint: endpoint?.description)
    }

    private func token(
        _ name: String, _ label: String, _ scopeNames: [String]?, _ seconds: Int64?
    ) -> ControlResponse {
        let scopes = scopeNames.map { $0.map { Scopes(keyScope: $0) ?? [] } }
        let key = NewKey(
            name: label,
            // One that is none is no scope at all, and no key has none.
            scopes: scopes.map { $0.contains([]) ? [] : Scopes($0) } ?? .usual,
            lifetime: seconds.map { .seconds($0) } ?? limits.keyLifetime)
        if let objection = key.objection(limits: limits) { return ControlResponse(objection) }
        let named = MintedKey.named(key, now: now())
        return record(.tokenMade, name, named.details) { person in
            let minted = MintedKey(named, of: person, now: now())
            switch askState(.make(minted.session, most: limits.keysOfAPerson, by: nil)) {
            case .success(.tooMany): return ControlResponse(.tooManyKeys(limits))
            case .success:
                return .secret(text: minted.text, expiresAt: minted.session.expiresAt.milliseconds)
            case .failure(let error): return ControlResponse(Refusal(.busy, error.detail))
            }
        }
    }

    private func sessions(of name: String) -> ControlResponse {
        find(name) { person in
            switch askState(.list(of: person.id)) {
            case .success(.sessions(let sessions)):
                // Those of an earlier epoch are void, and only wait to be swept.
                let good = sessions.filter { $0.isGood(epoch: person.sessionEpoch, now: now()) }
                return .sessions(good.map(ControlResponse.SessionEntry.init))
            case .success: return .sessions([])
            case .failure(let error): return ControlResponse(Refusal(.busy, error.detail))
            }
        }
    }

    /// Its connections are told before this answers.
    private func endSession(_ id: String, of name: String) -> ControlResponse {
        guard let id = LoginSessionID(text: id) else {
            return ControlResponse(Refusal(.invalidArgument, "a session is named by its id"))
        }
        return record(.sessionRevoked, name) { person in
            switch askState(.close(id, of: person.id)) {
            case .success(.session(_?)): return .done
            case .success: return ControlResponse(Refusal(.unknownSession))
            case .failure(let error): return ControlResponse(Refusal(.busy, error.detail))
            }
        }
    }
}
