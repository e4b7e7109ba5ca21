import Chat

/// What else happens when a command's batch is stored. Sequencer's thread only.
extension Sequencer {
    func mentioning(_ command: Command, _ event: Event) -> Pending.Effect {
        guard case .send(let message) = command, case .message(let body) = message.content else {
            return .none
        }
        let people = chat.mentioned(by: body, event.author, in: event.room)
        return people.isEmpty ? .none : .mentioned(people)
    }

    static func effect(of command: Command, on person: Person) -> Pending.Effect {
        if person.isDisabled { return .end(person.id, .disabled) }
        switch command {
        case .setPassword, .unlinkIdentity: return .end(person.id, .sessionRevoked)
        default: return .none
        }
    }
}
