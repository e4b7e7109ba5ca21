extension ChatState {
    mutating func addPerson<R, H, E>(
        _ name: String, _ password: String?, _ isAdministrator: Bool, id: PersonID? = nil,
        invite: OpenInviteID? = nil, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        guard let name = Name(name, maxScalars: limits.nameScalars) else {
            throw Refusal(.invalidName, "a person's name \(Name.demand), \(limits.nameScalars) at most")
        }
        guard !isTaken(personName: name) else {
            throw Refusal(.nameTaken, "somebody has that name, or one that looks like it")
        }
        guard people.count < limits.people else { throw Refusal(.tooMany, "at most \(limits.people) people") }
        let person = Person(
            id: id ?? PersonID(at: context.now, random: &context.random), name: name, password: password,
            isAdministrator: isAdministrator, createdAt: context.now)
        put(person)
        var details: AuditDetails = [
            "name": .text(name.displayed), "administrator": .flag(isAdministrator),
        ]
        if let invite { details.append("invite", .text(invite.description)) }
        record(.personAdded, by: actor, of: [.person(person.id)], details, &context)
        return .person(person.id)
    }

    /// `kind` is what is recorded of a change, by `author` or else by whoever has the authority.
    mutating func changePerson<R, H, E>(
        _ reference: PersonReference, by actor: Actor, as author: Actor? = nil, _ kind: AuditKind?,
        _ context: inout ApplyContext<R, H, E>, _ change: (inout Person) -> Void
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        var person = try presentPerson(reference)
        let before = person
        change(&person)
        if person != before {
            put(person)
            if let kind {
                record(
                    kind, by: author ?? actor, of: [.person(person.id)],
                    ["name": .text(person.name.displayed)], &context)
            }
        }
        return .person(person.id)
    }

    /// Nothing changes here: the invite or token is made elsewhere, once this is stored.
    mutating func recordSecret<R, H, E>(
        _ kind: AuditKind, of reference: PersonReference, _ details: AuditDetails, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let person = person(reference)
        let isOwnKey = kind == .tokenMade && person.map { actor == .person($0.id) } == true
        if !isOwnKey { try requireAdministrator(actor) }
        guard let person, deletions[person.id] == nil else { throw Refusal(.unknownPerson) }
        let name: AuditDetails = ["name": .text(person.name.displayed)]
        record(kind, by: actor, of: [.person(person.id)], name.followed(by: details), &context)
        return .person(person.id)
    }

    /// Nothing changes here either.
    mutating func recordIdentity<R, H, E>(
        _ kind: AuditKind, _ details: AuditDetails, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        record(kind, by: actor, of: [.server], details, &context)
        return .recorded
    }

    /// Who was deleted is there as an author of events, and otherwise nobody.
    func presentPerson(_ reference: PersonReference) throws(Refusal) -> Person {
        guard let person = person(reference), deletions[person.id] == nil else {
            throw Refusal(.unknownPerson)
        }
        return person
    }

    func requireAdministrator(_ actor: Actor) throws(Refusal) {
        guard case .person(let id) = actor else { return }
        guard people[id]?.isAdministrator == true else {
            throw Refusal(.forbidden, "this needs an administrator")
        }
    }
}
