import Chat

/// The end of a person: begun here, and asked about until it is done.
extension Administration {
    /// By the name, or by the id where there is one.
    func delete(_ name: String?, id: String?) -> ControlResponse {
        let reference: PersonReference
        if let id {
            guard let id = PersonID(text: id) else {
                return ControlResponse(Refusal(.invalidArgument, "a person's id is a UUID"))
            }
            reference = .id(id)
        } else {
            reference = .name(name ?? "")
        }
        let answer = ask(.command(.deletePerson(reference)))
        guard case .person(let person) = answer else { return ControlResponse(answer) }
        return follow(person.id)
    }

    func followDeletion(of id: String) -> ControlResponse {
        guard let id = PersonID(text: id) else {
            return ControlResponse(Refusal(.invalidArgument, "a person's id is a UUID"))
        }
        return follow(id)
    }

    private func follow(_ person: PersonID) -> ControlResponse {
        guard let deletions else {
            return ControlResponse(Refusal(.unknownRequest, "nobody is deleted here"))
        }
        if let done = finished(person) { return done }
        let problem = deletions.pursue(person)
        if let done = finished(person) { return done }
        let answer = ask(.describeDeletion(person))
        guard case .deletion(_, _, let done, let all) = answer else { return ControlResponse(answer) }
        return .deleting(
            id: person.description, done: Int(clamping: done), all: Int(clamping: all), problem: problem)
    }

    private func finished(_ person: PersonID) -> ControlResponse? {
        guard case .deletion(let deletion, _, _, _) = ask(.describeDeletion(person)),
            let finishedAt = deletion.finishedAt
        else { return nil }
        return .deleted(DeletedPerson(deletion, finishedAt: finishedAt))
    }
}
