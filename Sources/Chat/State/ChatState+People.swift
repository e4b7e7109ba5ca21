extension ChatState {
    mutating func addPerson<R, H, E>(
        _ name: String, _ password: String?, _ isAdministrator: Bool, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
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
            id: PersonID(at: context.now, random: &context.random), name: name, password: password,
            isAdministrator: isAdministrator, createdAt: context.now)
        put(person)
        return .person(person.id)
    }

    mutating func changePerson(
        _ reference: PersonReference, by actor: Actor, _ change: (inout Person) -> Void
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        guard var person = person(reference) else { throw Refusal(.unknownPerson) }
        let before = person
        change(&person)
        if person != before { put(person) }
        return .person(person.id)
    }

    private func requireAdministrator(_ actor: Actor) throws(Refusal) {
        guard case .person(let id) = actor else { return }
        guard people[id]?.isAdministrator == true else {
            throw Refusal(.forbidden, "this needs an administrator")
        }
    }
}
