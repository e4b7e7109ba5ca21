extension ChatState {
    /// Applies one command on the authority of `actor`. Nothing has changed when it answers `.refused`.
    ///
    /// - Parameter receipt: what an earlier send of this id was stored as, where the caller found one
    ///   (promise G3).
    /// - Parameter target: the stored message that a send is about.
    /// - Parameter counted: how many messages the room had up to where it was read, as far as it is stored.
    package mutating func apply<R, H, E>(
        _ command: Command, by actor: Actor, receipt: Event? = nil, target: StoredTarget? = nil,
        counted: UInt64? = nil,
        _ context: inout ApplyContext<R, H, E>
    ) -> Verdict {
        if case .person(let id) = actor {
            guard let person = people[id] else { return .refused(Refusal(.unknownPerson)) }
            guard !person.isDisabled else { return .refused(Refusal(.disabled)) }
        }
        do throws(Refusal) {
            if case .send(let message) = command {
                return try send(message, by: actor, receipt: receipt, target: target, &context)
            }
            try requireStorage(for: command, by: actor, context)
            if command.isAudited { try requireAudit(context.audit) }
            if case .report(let place, let reason) = command {
                return .accepted(try report(place, reason, by: actor, target, &context))
            }
            if case .markRead(let room, let sequence) = command {
                return .accepted(try markRead(room, through: sequence, by: actor, counted))
            }
            return .accepted(try change(command, by: actor, &context))
        } catch {
            return .refused(error)
        }
    }

    private mutating func change<R, H, E>(
        _ command: Command, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        switch command {
        case .send, .report, .markRead:
            preconditionFailure("ChatState: what is about a message has its own way")
        case .createRoom(let name, let kind): try createRoom(name, kind, by: actor, &context)
        case .openDirect(let other): try openDirect(with: other, by: actor, &context)
        case .join(let room): try join(room, by: actor, &context)
        case .leave(let room): try leave(room, by: actor, &context)
        case .addMember(let room, let person, let role):
            try addMember(person, to: room, as: role, by: actor, &context)
        case .removeMember(let room, let person, let reason):
            try removeMember(person, from: room, for: reason, by: actor, &context)
        case .sanction(let room, let person, let sanction):
            try self.sanction(person, in: room, sanction, by: actor, &context)
        case .invite(let room, let person): try invite(person, to: room, by: actor, &context)
        case .withdrawInvitation(let room, let person):
            try withdrawInvitation(of: person, to: room, by: actor, &context)
        case .block(let person, let isLifted): try block(person, isLifted: isLifted, by: actor)
        case .setRole(let room, let person, let role):
            try changeRole(of: person, in: room, to: role, by: actor, &context)
        case .changeSettings(let room, let change): try changeSettings(of: room, change, by: actor, &context)
        case .addPerson(let name, let password, let isAdministrator):
            try addPerson(name, password, isAdministrator, by: actor, &context)
        case .setPassword(let person, let password):
            try changePerson(person, by: actor, .passwordSet, &context) { $0.choosePassword(password) }
        case .choosePassword(let reference, let password):
            // Whoever holds an invite acts for the operator who gave it; what he does is his own doing.
            try changePerson(
                reference, by: actor, as: person(reference).map { .person($0.id) }, .passwordChosen, &context
            ) { $0.choosePassword(password) }
        case .rehashPassword(let person, let password):
            try changePerson(person, by: actor, nil, &context) { $0.password = password }
        case .setDisabled(let person, let isDisabled):
            try changePerson(
                person, by: actor, isDisabled ? .personDisabled : .personEnabled, &context
            ) { isDisabled ? $0.disable() : $0.enable() }
        case .deletePerson(let person): try deletePerson(person, by: actor, &context)
        case .eraseTraces(let person, let room, let sequence, let traces):
            try erase(traces, of: person, in: room, after: sequence, by: actor, &context)
        case .finishDeletion(let person, let counts):
            try finishDeletion(of: person, counts, by: actor, context.now)
        case .enrolFactor(let factor): try enrolFactor(factor, by: actor, &context)
        case .removeOwnFactor(let proof): try removeOwnFactor(proof, by: actor, &context)
        case .renewRecoveryCodes(let digests, let factor, let proof):
            try renewRecoveryCodes(digests, of: factor, proof, by: actor, &context)
        case .removeFactor(let person): try removeFactor(of: person, by: actor, &context)
        case .useCode(let person, let use): try useCode(use, of: person, by: actor, &context)
        case .recordSecret(let person, let kind, let details):
            try recordSecret(kind, of: person, details, by: actor, &context)
        case .recordExport(let room): try recordExport(of: room, by: actor, &context)
        case .recordIdentity(let kind, let details):
            try recordIdentity(kind, details, by: actor, &context)
        case .linkIdentity(let person, let identity):
            try link(identity, to: person, by: actor, &context)
        case .unlinkIdentity(let person, let identity):
            try unlink(identity, from: person, by: actor, &context)
        case .signIn(let login): try signIn(login, by: actor, &context)
        case .makeInvite(let order): try makeInvite(order, by: actor, &context)
        case .revokeInvite(let id): try revokeInvite(id, by: actor, &context)
        case .redeemInvite(let newcomer): try redeemInvite(newcomer, by: actor, &context)
        case .removeExpiredInvites: try sweepInvites(by: actor, context.now)
        case .removeHistory(let removal): try removeHistory(removal, by: actor)
        case .forgetSends(let moment): try forgetSends(before: moment, by: actor)
        }
    }

    func requireAudit(_ intake: AuditIntake) throws(Refusal) {
        switch intake {
        case .open: return
        case .busy:
            throw Refusal(
                .busy, "too much waits for the audit log", retryAfter: limits.busyRetry)
        case .unavailable:
            throw Refusal(
                .auditUnavailable, retryAfter: limits.auditRetry)
        }
    }
}
