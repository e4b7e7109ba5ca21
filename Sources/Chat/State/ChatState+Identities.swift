/// Who comes in by an identity provider.
extension ChatState {
    /// Does nothing when it leads to the person already.
    mutating func link<R, H, E>(
        _ identity: ExternalIdentity, to reference: PersonReference, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        let person = try presentPerson(reference)
        if let link = identities[identity] {
            guard link.person == person.id else {
                throw Refusal(.nameTaken, "this identity leads in as somebody else")
            }
            return .person(person.id)
        }
        try add(identity, to: person, by: actor, &context)
        return .person(person.id)
    }

    /// What it let in is out: the person's sessions end.
    mutating func unlink<R, H, E>(
        _ identity: ExternalIdentity, from reference: PersonReference, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        guard var person = person(reference) else { throw Refusal(.unknownPerson) }
        guard identities[identity]?.person == person.id else { throw Refusal(.notLinked) }
        put(identity, nil)
        person.endSessions()
        put(person)
        record(.identityUnlinked, of: person, identity, by: actor, &context)
        return .person(person.id)
    }

    /// Only on the server's own authority, which has verified what the provider says.
    mutating func signIn<R, H, E>(
        _ login: ExternalLogin, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        guard let link = identities[login.identity] else { return try register(login, &context) }
        guard var person = people[link.person] else { throw Refusal(.unknownPerson) }
        guard !person.isDisabled else { throw Refusal(.disabled) }
        if let isAdministrator = login.isAdministrator, isAdministrator != person.isAdministrator {
            person.isAdministrator = isAdministrator
            put(person)
            record(
                isAdministrator ? .administratorGranted : .administratorWithdrawn, by: .person(person.id),
                of: [.person(person.id)],
                ["name": .text(person.name.displayed), "provider": .text(login.provider)], &context)
        }
        return .person(person.id)
    }

    private mutating func register<R, H, E>(
        _ login: ExternalLogin, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard let new = login.newPerson else { throw Refusal(.notLinked) }
        guard people[new.id] == nil else { throw Refusal(.busy, retryAfter: limits.busyRetry) }
        let added = try addPerson(
            new.name, nil, login.isAdministrator ?? false, id: new.id, by: .operations, &context)
        guard let person = people[new.id] else {
            preconditionFailure("ChatState: a person who was added is there")
        }
        try add(login.identity, to: person, by: .operations, &context)
        return added
    }

    private mutating func add<R, H, E>(
        _ identity: ExternalIdentity, to person: Person, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) {
        guard identityCounts[person.id, default: 0] < limits.identitiesOfAPerson else {
            throw Refusal(.tooMany, "a person has at most \(limits.identitiesOfAPerson) identities")
        }
        put(identity, IdentityLink(identity: identity, person: person.id, linkedAt: context.now))
        record(.identityLinked, of: person, identity, by: actor, &context)
    }

    private mutating func record<R, H, E>(
        _ kind: AuditKind, of person: Person, _ identity: ExternalIdentity, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) {
        record(
            kind, by: actor, of: [.person(person.id)],
            [
                "name": .text(person.name.displayed), "issuer": .text(identity.issuer),
                "subject": .text(identity.subject),
            ], &context)
    }
}
