/// Second factors: the person's own, but for the one thing that an operator may do for somebody who has lost
/// everything. What a code or password is worth was found out before; here it is used up.
extension ChatState {
    mutating func enrolFactor<R, H, E>(
        _ factor: SecondFactor, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        var person = try oneself(actor)
        guard person.factor == nil else { throw Refusal(.secondFactorExists) }
        person.factor = factor
        return change(person, .factorEnrolled, by: actor, &context)
    }

    mutating func removeOwnFactor<R, H, E>(
        _ proof: FactorProof, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        var person = try oneself(actor)
        try accept(proof, of: &person, &context)
        person.factor = nil
        return change(person, .factorRemoved, by: actor, &context)
    }

    /// All that there were are void.
    mutating func renewRecoveryCodes<R, H, E>(
        _ digests: [Digest], of factor: SecondFactorID, _ proof: FactorProof, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        var person = try oneself(actor)
        guard person.factor == nil || person.factor?.id == factor else { throw Refusal(.wrongCode) }
        try accept(proof, of: &person, &context)
        person.factor?.recoveryCodes = digests
        return change(person, .recoveryCodesRenewed, by: actor, &context)
    }

    /// For somebody who has neither authenticator nor recovery code.
    mutating func removeFactor<R, H, E>(
        of reference: PersonReference, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        guard var person = person(reference) else { throw Refusal(.unknownPerson) }
        guard person.factor != nil else { throw Refusal(.noSecondFactor) }
        person.factor = nil
        return change(person, .factorRemoved, by: actor, &context)
    }

    /// Part of a login: the server does it for whoever showed the code.
    mutating func useCode<R, H, E>(
        _ use: CodeUse, of reference: PersonReference, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        guard var person = person(reference) else { throw Refusal(.unknownPerson) }
        // Removed since it was proved: the same login needs no code now.
        guard person.factor != nil else { return .person(person.id) }
        try accept(.code(use), of: &person, &context)
        put(person)
        return .person(person.id)
    }

    private func oneself(_ actor: Actor) throws(Refusal) -> Person {
        guard case .person(let id) = actor, let person = people[id] else {
            throw Refusal(.forbidden, "a second factor is its person's own")
        }
        return person
    }

    private mutating func accept<R, H, E>(
        _ proof: FactorProof, of person: inout Person, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) {
        guard var factor = person.factor else { throw Refusal(.noSecondFactor) }
        switch proof {
        case .password(let epoch):
            guard person.sessionEpoch == epoch else { throw Refusal(.wrongCredentials) }
        case .code(let use):
            guard factor.spend(use) else { throw Refusal(.wrongCode) }
            person.factor = factor
            guard use.isRecovery else { return }
            record(
                .recoveryCodeUsed, by: .person(person.id), of: [.person(person.id)],
                [
                    "name": .text(person.name.displayed), "left": .number(Int64(factor.recoveryCodes.count)),
                ], &context)
        }
    }

    private mutating func change<R, H, E>(
        _ person: Person, _ kind: AuditKind, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) -> Acceptance {
        put(person)
        record(
            kind, by: actor, of: [.person(person.id)], ["name": .text(person.name.displayed)], &context)
        return .person(person.id)
    }
}
